package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.lockstepfs.blockdev.device.BlockDevice;

/** A device that takes its time for writes and flushes, so that threads overlap. */
final class SlowDevice implements BlockDevice {
  private static final int MAX_DELAY_NANOS = 200_000;

  private final BlockDevice device;

  SlowDevice(BlockDevice device) {
    this.device = device;
  }

  private static void delay() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(MAX_DELAY_NANOS));
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
  public void read(long at, ByteBuffer dst) throws IOException {
    device.read(at, dst);
  }

  @Override
  public void write(long at, ByteBuffer src) throws IOException {
    delay();
    device.write(at, src);
  }

  @Override
  public void flush() throws IOException {
    delay();
    device.flush();
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
