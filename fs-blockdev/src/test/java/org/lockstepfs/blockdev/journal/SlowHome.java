package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.lockstepfs.blockdev.device.BlockDevice;

/** A device on which the first write to one offset waits, before it lands, until it is let go. */
final class SlowHome implements BlockDevice {
  private final BlockDevice device;
  private final long offset;
  private final CountDownLatch reached;
  private final CountDownLatch release;

  SlowHome(BlockDevice device, long offset, CountDownLatch reached, CountDownLatch release) {
    this.device = device;
    this.offset = offset;
    this.reached = reached;
    this.release = release;
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
    if (at == offset) {
      reached.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    device.write(at, src);
  }

  @Override
  public void flush() throws IOException {
    device.flush();
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
