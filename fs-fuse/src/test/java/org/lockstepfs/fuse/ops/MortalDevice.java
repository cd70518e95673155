package org.lockstepfs.fuse.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.ErrnoException;

/** One node's way to a shared disk, which takes a while and ends when the node dies. */
final class MortalDevice implements BlockDevice {
  private static final long MAX_DELAY_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private final BlockDevice disk;
  private final String name;
  private boolean dead;

  MortalDevice(BlockDevice disk, String name) {
    this.disk = disk;
    this.name = name;
  }

  /** From now on nothing of this node reaches the disk. */
  synchronized void die() {
    dead = true;
  }

  private static void delay() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextInt(4) == 0) {
      LockSupport.parkNanos(random.nextLong(MAX_DELAY_NANOS));
    }
  }

  private synchronized void checkAlive() throws ErrnoException {
    if (dead) {
      throw new ErrnoException(Errno.EIO, "the node is dead");
    }
  }

  @Override
  public int sectorSize() {
    return disk.sectorSize();
  }

  @Override
  public long size() throws IOException {
    return disk.size();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void read(long offset, ByteBuffer dst) throws IOException {
    delay();
    checkAlive();
    disk.read(offset, dst);
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    delay();
    synchronized (this) {
      checkAlive();
      disk.write(offset, src);
    }
    delay();
  }

  @Override
  public void flush() throws IOException {
    delay();
    checkAlive();
  }

  @Override
  public void close() {}
}
