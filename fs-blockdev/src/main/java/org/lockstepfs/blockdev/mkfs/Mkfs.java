package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.BackupSuperblocks;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Limits;
import org.lockstepfs.blockdev.format.SlotMap;
import org.lockstepfs.blockdev.format.Superblock;

/**
 * Formats a device with an empty OCFS2 volume that is clean to fsck.ocfs2.
 *
 * <p>The superblock goes last, after a flush: a format that is cut short leaves no volume at all.
 */
public final class Mkfs {
  private static final int WIPED = 1 << 20;

  private final RandomGenerator random;
  private final InstantSource clock;
  private final Occupants occupants;

  /**
   * Creates a formatter.
   *
   * @param random gives the volume's generation and, unless the user chose it, its UUID
   * @param clock gives the time of the new inodes
   * @param occupants knows what is mounted
   */
  public Mkfs(RandomGenerator random, InstantSource clock, Occupants occupants) {
    this.random = random;
    this.clock = clock;
    this.occupants = occupants;
  }

  /**
   * Settles what the user left open, without writing anything.
   *
   * @throws MkfsException if the options do not fit the device
   */
  public VolumePlan plan(BlockDevice device, MkfsOptions options) throws IOException {
    return new Planner(options, device.size(), device.sectorSize()).plan(random);
  }

  /**
   * Formats a device, unless it is a dry run.
   *
   * @return what was made
   * @throws MkfsException if the options do not fit the device, or something is on it and is not to
   *     be overwritten by force
   * @throws IOException if the device fails; there is no volume on it then
   */
  public VolumePlan format(BlockDevice device, MkfsOptions options) throws IOException {
    VolumePlan plan = plan(device, options);
    if (!options.force()) {
      occupants.refuse(device);
    }
    VolumeBuilder volume = new VolumeBuilder(plan, clock.instant().getEpochSecond());
    if (options.dryRun()) {
      return plan;
    }
    BlockWriter out = new BlockWriter(device, plan.blockSize());
    long wipedBlocks = Math.min(WIPED, plan.bytes()) / plan.blockSize();
    out.zero(0, wipedBlocks);
    out.zero(plan.blocks() - wipedBlocks, wipedBlocks);
    out.flush();
    volume.write(out);
    out.write(volume.slotMapBlock(), emptySlotMap(plan));
    out.write(0, Leader.create(plan.blockSize()));
    out.flush();
    writeSuperblocks(plan, volume, out);
    out.flush();
    return plan;
  }

  private static ByteBuffer emptySlotMap(VolumePlan plan) {
    boolean extended = plan.has(Feature.EXTENDED_SLOT_MAP);
    ByteBuffer data = Blocks.allocate(plan.clusterSize());
    SlotMap slots = SlotMap.of(data, extended, plan.slots());
    for (int slot = 0; slot < plan.slots(); slot++) {
      slots.clear(slot);
    }
    return data;
  }

  private void writeSuperblocks(VolumePlan plan, VolumeBuilder volume, BlockWriter out)
      throws IOException {
    ByteBuffer block = Blocks.allocate(plan.blockSize());
    Superblock sb =
        Superblock.init(
            block,
            plan.fsGeneration(),
            Integer.numberOfTrailingZeros(plan.blockSize()),
            Integer.numberOfTrailingZeros(plan.clusterSize()),
            plan.slots());
    long now = clock.instant().getEpochSecond();
    Dinode dinode = sb.dinode();
    dinode.setCtime(now, 0);
    dinode.setMtime(now, 0);
    dinode.setClusters(plan.clusters());
    sb.setCheckTimes(now, 0);
    sb.setPlaces(volume.rootBlock(), volume.systemDirBlock(), ClusterMap.firstGroupBlock(plan));
    sb.setFeatures(plan.features());
    sb.setLabel(plan.label());
    sb.setUuid(plan.uuid(), 0);
    if (plan.cluster() != null) {
      sb.setClusterInfo(plan.cluster());
    }
    for (int i = plan.backupSuperblocks() - 1; i >= 0; i--) {
      long blkno = BackupSuperblocks.block(i, plan.blockSize());
      sb.setBlkno(blkno);
      out.write(blkno, block);
    }
    sb.setBlkno(Limits.SUPER_BLOCK_BLKNO);
    out.write(Limits.SUPER_BLOCK_BLKNO, block);
  }
}
