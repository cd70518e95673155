package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.HeartbeatBlock;
import org.lockstepfs.blockdev.format.SlotMap;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.StackGlue;

/**
 * A look at a volume that is not mounted, without its cluster and its locks: what it finds may be
 * changing. Reads the places that never move, and what stands there now.
 */
public final class VolumeLook implements AutoCloseable {
  private final BlockDevice device;
  private final Superblock superblock;
  private final DlmGlue unlocked;
  private final Volume volume;
  private final SystemFiles files;

  private VolumeLook(BlockDevice device, Superblock superblock, DlmGlue unlocked)
      throws IOException {
    this.device = device;
    this.superblock = superblock;
    this.unlocked = unlocked;
    this.volume =
        new Volume(
            device,
            superblock,
            new MountOptions(true, true),
            unlocked,
            null,
            Clock.systemUTC(),
            0,
            new RecoveryMap());
    this.files =
        SystemFiles.load(
            volume.geometry(),
            new Inode(volume, superblock.systemDirBlock(), true),
            superblock.maxSlots(),
            block -> new Inode(volume, block, true));
  }

  /**
   * Looks at the volume on a device.
   *
   * @throws IOException if there is none, or one with features that are not supported
   */
  public static VolumeLook at(BlockDevice device) throws IOException {
    Superblock superblock = Superblock.read(device);
    FeatureCheck.check(superblock, device.name());
    DlmGlue unlocked = DlmGlue.local(device.name());
    try {
      return new VolumeLook(device, superblock, unlocked);
    } catch (IOException | RuntimeException e) {
      unlocked.close();
      throw e;
    }
  }

  /** Returns what a volume says about its cluster. */
  static StackGlue.VolumeIdentity identity(Superblock superblock, String device) {
    return new StackGlue.VolumeIdentity(
        superblock.uuidString(),
        superblock.label(),
        superblock.clusterInfo().stack(),
        superblock.clusterInfo().cluster(),
        device);
  }

  /** Returns what the volume says about its cluster. */
  public StackGlue.VolumeIdentity identity() {
    return identity(superblock, device.name());
  }

  /** Returns the superblock. */
  public Superblock superblock() {
    return superblock;
  }

  /** Returns where nodes beat their hearts. */
  public StackGlue.HeartbeatRegion heartbeatRegion() throws IOException {
    Inode file = files.heartbeat();
    try (Held held = file.lock(LockMode.PR)) {
      Mapping first = file.extents().lookup(0);
      long blocks =
          Math.min(
              volume.geometry().blocksFor(file.attrs().size),
              first.clusters() * volume.geometry().blocksPerCluster());
      if (first.isHole()) {
        throw new IOException(device.name() + " has no heartbeat file");
      }
      return StackGlue.HeartbeatRegion.of(
          device, first.block() * superblock.blockSize(), blocks * superblock.blockSize());
    }
  }

  /** Returns the node in each slot, or {@link SlotMap#EMPTY}. */
  int[] slots() throws IOException {
    boolean extended = superblock.features().has(Feature.EXTENDED_SLOT_MAP);
    return new Slots(device, volume.geometry(), files.slotMap(), extended, superblock.maxSlots())
        .look();
  }

  /** Returns whether the journal of a slot was not left clean. */
  boolean isDirty(int slot) throws IOException {
    Inode journal = files.journal(slot);
    try (Held held = journal.lock(LockMode.PR)) {
      return journal.dinodeView().journalDirty();
    }
  }

  /** Returns the last beat of each node, 0 for one that has none. */
  long[] beats() throws IOException {
    StackGlue.HeartbeatRegion region = heartbeatRegion();
    ByteBuffer all =
        ByteBuffer.allocate(region.blocks() * region.blockSize()).order(ByteOrder.LITTLE_ENDIAN);
    device.read(region.firstBlock() * region.blockSize(), all);
    long[] beats = new long[region.blocks()];
    for (int node = 0; node < beats.length; node++) {
      ByteBuffer block = all.slice(node * region.blockSize(), region.blockSize());
      HeartbeatBlock beat = HeartbeatBlock.of(block.order(ByteOrder.LITTLE_ENDIAN));
      beats[node] = beat.generation() == 0 ? 0 : beat.seq();
    }
    return beats;
  }

  @Override
  public void close() {
    unlocked.close();
  }
}
