package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.blockdev.device.ExclusiveUse;
import org.lockstepfs.blockdev.device.WriteGuard;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * The device of a volume that is to be mounted. A volume for one node is claimed, so that no other
 * daemon, nor the kernel, has it at the same time; one that belongs to a cluster is others' too.
 */
final class VolumeDevice implements Closeable {
  private final BlockDevice device;
  private final Superblock superblock;
  private final boolean writable;
  private final ExclusiveUse claim;

  private VolumeDevice(
      BlockDevice device, Superblock superblock, boolean writable, ExclusiveUse claim) {
    this.device = device;
    this.superblock = superblock;
    this.writable = writable;
    this.claim = claim;
  }

  /**
   * Opens a device and finds the volume on it.
   *
   * @param guard asked before every write
   * @param readOnly whether a device that cannot be written will do, for a volume of one node
   * @throws IOException with a one-line reason
   */
  static VolumeDevice open(String path, boolean readOnly, WriteGuard guard) throws IOException {
    boolean writable = true;
    DirectDevice device;
    try {
      device = DirectDevice.open(path, false, guard);
    } catch (ErrnoException e) {
      if (!isProtected(e)) {
        throw e;
      }
      writable = false;
      device = DirectDevice.open(path, true, guard);
    }
    writable &= !device.isWriteProtected();
    try {
      Superblock superblock = Superblock.read(device);
      boolean local = superblock.features().has(Feature.LOCAL);
      if (!writable) {
        checkReadable(path, readOnly, local);
      }
      checkSectors(device, superblock, local);
      return new VolumeDevice(device, superblock, writable, local ? ExclusiveUse.of(path) : null);
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private static boolean isProtected(ErrnoException e) {
    return e.errno() == Errno.EROFS || e.errno() == Errno.EACCES || e.errno() == Errno.EPERM;
  }

  private static void checkReadable(String path, boolean readOnly, boolean local)
      throws IOException {
    if (!local) {
      throw new IOException(
          path + " is write-protected, but a node of a cluster has to write its heartbeat");
    }
    if (!readOnly) {
      throw new IOException(path + " is write-protected; mount it with -o ro");
    }
  }

  /** A write of less than a sector would rewrite blocks that belong to other nodes. */
  private static void checkSectors(BlockDevice device, Superblock superblock, boolean local)
      throws IOException {
    if (superblock.blockSize() < device.sectorSize()) {
      throw new IOException(
          device.name()
              + " has blocks of "
              + superblock.blockSize()
              + " bytes on sectors of "
              + device.sectorSize()
              + (local ? "" : ", which nodes cannot share"));
    }
  }

  BlockDevice device() {
    return device;
  }

  Superblock superblock() {
    return superblock;
  }

  boolean isWritable() {
    return writable;
  }

  boolean isLocal() {
    return superblock.features().has(Feature.LOCAL);
  }

  @Override
  public void close() throws IOException {
    try (device) {
      if (claim != null) {
        claim.close();
      }
    }
  }
}
