package org.lockstepfs.blockdev.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Passes everything to another device and remembers each write and flush, so that the disk can be
 * rebuilt as a crash at any point of the stream would leave it (dm-log-writes is the model).
 *
 * <p>A position in the stream is the number of events before it. A write counts when it has
 * completed; a flush, once it has completed, covers the writes that had completed when it began.
 */
public final class RecordingDevice implements BlockDevice {
  private record Event(DiskWrite write, int flushedEvents) {}

  private final BlockDevice device;
  private final List<Event> events = new ArrayList<>();

  /** Wraps a device; keep a copy of its present contents to build crash images upon. */
  public RecordingDevice(BlockDevice device) {
    this.device = device;
  }

  /** Returns the number of events so far: the position of a crash now. */
  public synchronized int position() {
    return events.size();
  }

  /** Returns the positions right before and right after each flush, and the end. */
  public synchronized List<Integer> flushCuts() {
    List<Integer> cuts = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).write == null) {
        cuts.add(i);
        cuts.add(i + 1);
      }
    }
    cuts.add(events.size());
    return cuts;
  }

  /**
   * Turns {@code image}, which holds what this device held when recording began, into what a power
   * loss at {@code position} leaves: flushed writes are there, others as {@link PowerLoss} says.
   */
  public synchronized void crash(BlockDevice image, int position, RandomGenerator random)
      throws IOException {
    int flushed = 0;
    for (Event event : events.subList(0, position)) {
      flushed = Math.max(flushed, event.flushedEvents);
    }
    for (Event event : events.subList(0, flushed)) {
      if (event.write != null) {
        event.write.apply(image);
      }
    }
    List<DiskWrite> unflushed = new ArrayList<>();
    for (Event event : events.subList(flushed, position)) {
      if (event.write != null) {
        unflushed.add(event.write);
      }
    }
    PowerLoss.strike(image, unflushed, random);
  }

  @Override
  public int sectorSize() {
    return device.sectorSize();
  }

  @Override
  public long size() throws IOException {
    return device.size();
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public void read(long offset, ByteBuffer dst) throws IOException {
    device.read(offset, dst);
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    DiskWrite write = new DiskWrite(offset, src);
    device.write(offset, src);
    synchronized (this) {
      events.add(new Event(write, 0));
    }
  }

  @Override
  public void flush() throws IOException {
    int covered = position();
    device.flush();
    synchronized (this) {
      events.add(new Event(null, covered));
    }
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
