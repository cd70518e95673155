package org.lockstepfs.blockdev.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * A disk with a volatile cache and seeded faults, for tests (Lucene's MockDirectoryWrapper is the
 * model).
 *
 * <p>Fault model: writes reach the wrapped device at {@link #flush} only, reads see them at once.
 * {@link #crash} is a power loss: each unflushed write is lost, kept or torn at sector granularity,
 * in any combination ({@code PowerLoss}); afterwards every call fails until {@link #restart}.
 * Reads, writes and flushes fail with EIO at the given rates, a failing write may have landed in
 * part. Reads return one flipped bit at the given rate. All choices come from one random source, so
 * that a seed repeats a single-threaded run.
 */
public final class FaultyDevice implements BlockDevice {
  private final BlockDevice device;
  private final RandomGenerator random;
  private final List<DiskWrite> cache = new ArrayList<>();
  private double readErrorRate;
  private double writeErrorRate;
  private double bitFlipRate;
  private boolean crashed;

  /** Wraps a device; without rates set only crashes differ from it. */
  public FaultyDevice(BlockDevice device, RandomGenerator random) {
    this.device = device;
    this.random = random;
  }

  /** Sets the share of reads that fail, 0 to 1. */
  public synchronized void setReadErrorRate(double rate) {
    readErrorRate = rate;
  }

  /** Sets the share of writes and flushes that fail, 0 to 1. */
  public synchronized void setWriteErrorRate(double rate) {
    writeErrorRate = rate;
  }

  /** Sets the share of reads that return a flipped bit, 0 to 1. */
  public synchronized void setBitFlipRate(double rate) {
    bitFlipRate = rate;
  }

  /** Loses power. */
  public synchronized void crash() throws IOException {
    crashed = true;
    PowerLoss.strike(device, cache, random);
    cache.clear();
  }

  /** Powers on again. */
  public synchronized void restart() {
    crashed = false;
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
  public synchronized void read(long offset, ByteBuffer dst) throws IOException {
    maybeFail("read", offset, readErrorRate);
    int start = dst.position();
    device.read(offset, dst);
    for (DiskWrite write : cache) {
      overlay(write, offset, dst, start);
    }
    if (dst.position() > start && random.nextDouble() < bitFlipRate) {
      int at = random.nextInt(start, dst.position());
      dst.put(at, (byte) (dst.get(at) ^ (1 << random.nextInt(Byte.SIZE))));
    }
  }

  private static void overlay(DiskWrite write, long offset, ByteBuffer dst, int start) {
    long from = Math.max(offset, write.offset);
    long to = Math.min(offset + dst.position() - start, write.offset + write.bytes.length);
    for (long at = from; at < to; at++) {
      dst.put(start + (int) (at - offset), write.bytes[(int) (at - write.offset)]);
    }
  }

  @Override
  public synchronized void write(long offset, ByteBuffer src) throws IOException {
    try {
      maybeFail("write", offset, writeErrorRate);
    } catch (ErrnoException e) {
      cachePart(offset, src);
      throw e;
    }
    cache.add(new DiskWrite(offset, src));
    src.position(src.limit());
  }

  private void cachePart(long offset, ByteBuffer src) {
    int sectors = src.remaining() / sectorSize();
    if (!crashed && sectors > 0) {
      int landed = random.nextInt(sectors + 1) * sectorSize();
      cache.add(new DiskWrite(offset, src.slice(src.position(), landed)));
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    maybeFail("flush", 0, writeErrorRate);
    for (DiskWrite write : cache) {
      write.apply(device);
    }
    cache.clear();
    device.flush();
  }

  private void maybeFail(String what, long offset, double rate) throws ErrnoException {
    if (crashed || random.nextDouble() < rate) {
      throw new ErrnoException(Errno.EIO, what + " at " + offset + " of " + name());
    }
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
