package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.BackupSuperblocks;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.ClusterInfo;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Limits;
import org.lockstepfs.blockdev.format.SlotMap;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * Says on a volume that nobody uses which cluster it belongs to, in the superblock and its copies.
 * The caller has claimed the device on this machine.
 *
 * <p>Source: o2cluster(8), tunefs.ocfs2(8); like those it cannot keep another node from mounting
 * the volume between the check and the write.
 */
public final class ClusterStamp {
  /** Longer than any profile's interval between two beats. */
  static final long WATCH_MS = 3_000;

  /** Passes the time in which a node that lives would beat. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after so many milliseconds. */
    void pause(long ms) throws IOException;
  }

  private final BlockDevice device;
  private final Pause pause;

  /** Prepares to stamp the volume on a device. */
  public ClusterStamp(BlockDevice device, Pause pause) {
    this.device = device;
    this.pause = pause;
  }

  /**
   * Returns what the volume says now; null if it is of the classic stack and names no cluster.
   *
   * @throws IOException if it is for one node only
   */
  public ClusterInfo current() throws IOException {
    Superblock superblock = Superblock.read(device);
    if (superblock.features().has(Feature.LOCAL)) {
      throw new IOException(device.name() + " is a local volume, which belongs to no cluster");
    }
    ClusterInfo info = superblock.clusterInfo();
    boolean named =
        superblock.features().has(Feature.CLUSTERINFO)
            || superblock.features().has(Feature.USERSPACE_STACK);
    return named ? info : null;
  }

  /**
   * Checks that nobody uses the volume, as far as the disk tells, and stamps it.
   *
   * @throws ErrnoException EBUSY, with who uses it, or did so and died
   */
  public void stamp(ClusterInfo info) throws IOException {
    try (VolumeLook look = VolumeLook.at(device)) {
      checkUnused(look);
    }
    int blockSize = Superblock.read(device).blockSize();
    ByteBuffer block = read(Limits.SUPER_BLOCK_BLKNO, blockSize);
    Superblock superblock = Superblock.open(block, Limits.SUPER_BLOCK_BLKNO);
    superblock.stampCluster(info);
    device.write(Limits.SUPER_BLOCK_BLKNO * blockSize, block);
    device.flush();
    if (superblock.features().has(Feature.BACKUP_SUPER)) {
      writeCopies(superblock, block);
    }
  }

  private ByteBuffer read(long blkno, int blockSize) throws IOException {
    ByteBuffer block = Blocks.allocate(blockSize).order(ByteOrder.LITTLE_ENDIAN);
    device.read(blkno * blockSize, block);
    return block.rewind();
  }

  private void writeCopies(Superblock superblock, ByteBuffer block) throws IOException {
    int blockSize = superblock.blockSize();
    long blocks = superblock.clusters() * (superblock.clusterSize() / blockSize);
    int count = BackupSuperblocks.count(blocks, blockSize);
    for (int i = 0; i < count; i++) {
      long at = BackupSuperblocks.block(i, blockSize);
      Superblock copy = Superblock.open(read(at, blockSize), at);
      if (!copy.uuid().equals(superblock.uuid())) {
        throw new CorruptBlockException(at, "s_uuid", "is another volume's");
      }
      superblock.setBlkno(at);
      device.write(at * blockSize, block.rewind());
    }
    device.flush();
  }

  private void checkUnused(VolumeLook look) throws IOException {
    int[] slots = look.slots();
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != SlotMap.EMPTY) {
        throw busy(
            "is mounted by node "
                + slots[slot]
                + ", or was when that node died; if so, fsck.ocfs2 makes it usable again");
      }
    }
    for (int slot = 0; slot < slots.length; slot++) {
      if (look.isDirty(slot)) {
        throw busy("has a dirty journal in slot " + slot + ": run fsck.ocfs2 first");
      }
    }
    checkSilent(look);
  }

  /** A node beats before it has a slot, and while a tool wants it to. */
  private void checkSilent(VolumeLook look) throws IOException {
    long[] before = look.beats();
    boolean any = false;
    for (long beat : before) {
      any |= beat != 0;
    }
    if (!any) {
      return;
    }
    pause.pause(WATCH_MS);
    long[] after = look.beats();
    for (int node = 0; node < after.length; node++) {
      if (after[node] != before[node] && after[node] != 0) {
        throw busy("is used by node " + node + ", whose heartbeat goes on");
      }
    }
  }

  private ErrnoException busy(String why) {
    return new ErrnoException(Errno.EBUSY, device.name() + " " + why);
  }
}
