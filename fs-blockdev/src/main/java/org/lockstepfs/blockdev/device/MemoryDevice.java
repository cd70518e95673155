package org.lockstepfs.blockdev.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A disk in memory, for tests and simulations. Every write is durable at once. */
public final class MemoryDevice implements BlockDevice {
  private final int sectorSize;
  private final byte[] bytes;

  /**
   * Makes a zeroed disk.
   *
   * @param size in bytes, a multiple of {@code sectorSize}
   */
  public MemoryDevice(int size, int sectorSize) {
    this(new byte[size], sectorSize);
  }

  private MemoryDevice(byte[] bytes, int sectorSize) {
    this.bytes = bytes;
    this.sectorSize = sectorSize;
  }

  /** Returns an independent disk with the same contents. */
  public synchronized MemoryDevice copy() {
    return new MemoryDevice(bytes.clone(), sectorSize);
  }

  /** Returns a copy of the contents of a range. */
  public synchronized byte[] bytes(long offset, int length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public int sectorSize() {
    return sectorSize;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public synchronized void read(long offset, ByteBuffer dst) throws IOException {
    check(offset, dst.remaining());
    dst.put(bytes, (int) offset, dst.remaining());
  }

  @Override
  public synchronized void write(long offset, ByteBuffer src) throws IOException {
    check(offset, src.remaining());
    src.get(bytes, (int) offset, src.remaining());
  }

  private void check(long offset, int length) throws IOException {
    if (offset < 0 || offset % sectorSize != 0 || length % sectorSize != 0) {
      throw new IllegalArgumentException(length + " bytes at " + offset + " are no whole sectors");
    }
    if (offset + length > bytes.length) {
      throw new EOFException(length + " bytes at " + offset + " reach behind the end of " + name());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
