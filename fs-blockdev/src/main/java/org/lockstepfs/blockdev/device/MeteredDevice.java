package org.lockstepfs.blockdev.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/** Reports each operation of another device to a {@link DeviceListener}. */
public final class MeteredDevice implements BlockDevice {
  private final BlockDevice device;
  private final DeviceListener listener;
  private final LongSupplier nanoTime;

  /**
   * Wraps a device.
   *
   * @param nanoTime a monotonic clock in nanoseconds
   */
  public MeteredDevice(BlockDevice device, DeviceListener listener, LongSupplier nanoTime) {
    this.device = device;
    this.listener = listener;
    this.nanoTime = nanoTime;
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
    int bytes = dst.remaining();
    long start = nanoTime.getAsLong();
    boolean failed = true;
    try {
      device.read(offset, dst);
      failed = false;
    } finally {
      listener.onRead(bytes, nanoTime.getAsLong() - start, failed);
    }
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    int bytes = src.remaining();
    long start = nanoTime.getAsLong();
    boolean failed = true;
    try {
      device.write(offset, src);
      failed = false;
    } finally {
      listener.onWrite(bytes, nanoTime.getAsLong() - start, failed);
    }
  }

  @Override
  public void flush() throws IOException {
    long start = nanoTime.getAsLong();
    boolean failed = true;
    try {
      device.flush();
      failed = false;
    } finally {
      listener.onFlush(nanoTime.getAsLong() - start, failed);
    }
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
