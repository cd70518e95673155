package org.lockstepfs.blockdev.mkfs;

import java.util.UUID;
import java.util.random.RandomGenerator;
import org.lockstepfs.blockdev.format.FeatureSet;
import org.lockstepfs.blockdev.format.Limits;

/**
 * Settles what the user left open, by the rules of mkfs.ocfs2 1.8 (fill_defaults and what it
 * calls), so that both programs make the same volume of the same device.
 */
final class Planner {
  private static final long MAX_CLUSTERS = 0xFFFF_FFFEL;
  private static final long MIN_BLOCKS = 2048;
  private static final long GIB = 1L << 30;
  private static final long SMALL_VOLUME = 3L << 20;
  private static final int MIN_JOURNAL_CLUSTERS = 9;
  private static final double EXTENT_TARGET_PERCENT = 0.1;
  private static final double EXTENT_LIMIT_PERCENT = 5;

  private final MkfsOptions options;
  private final long deviceSize;
  private final int sectorSize;

  /**
   * Prepares a plan.
   *
   * @param deviceSize bytes
   * @param sectorSize bytes; no block can be smaller
   */
  Planner(MkfsOptions options, long deviceSize, int sectorSize) {
    this.options = options;
    this.deviceSize = deviceSize;
    this.sectorSize = sectorSize;
  }

  /** Returns the plan; {@code random} gives generation and UUID. */
  VolumePlan plan(RandomGenerator random) throws MkfsException {
    int blockSize = blockSize();
    long blocks = deviceSize / blockSize;
    if (options.blocks() > blocks) {
      throw new MkfsException(
          "blocks count: " + options.blocks() + " exceeds the device's " + blocks + " blocks");
    }
    long bytes = (options.blocks() > 0 ? options.blocks() : blocks) * blockSize;
    int clusterSize = options.clusterSize() > 0 ? options.clusterSize() : clusterSize(bytes);
    long clusters = bytes / clusterSize;
    if (clusters > MAX_CLUSTERS) {
      throw new MkfsException("the device needs clusters larger than " + clusterSize + " bytes");
    }
    bytes = clusters * clusterSize;
    if (bytes / blockSize > 0xFFFF_FFFFL) {
      throw new MkfsException("the journal cannot address more than 2^32 blocks");
    }
    int slots = slots(bytes);
    long journalSize = journalSize(bytes / blockSize, blockSize, clusterSize, slots);
    return new VolumePlan(
        blockSize,
        clusterSize,
        clusters,
        slots,
        journalSize,
        extentGroups(blockSize, bytes, slots),
        options.label(),
        options.uuid() != null ? options.uuid() : randomUuid(random),
        random.nextInt(),
        FeatureSet.of(options.features()),
        options.cluster());
  }

  private int blockSize() throws MkfsException {
    int blockSize = options.blockSize();
    if (blockSize == 0) {
      blockSize = blockSizeFor(defaultBytes());
      while (blockSize < sectorSize && blockSize < Limits.MAX_BLOCK_SIZE) {
        blockSize *= 2;
      }
    }
    if (blockSize < sectorSize) {
      throw new MkfsException(
          "block size " + blockSize + " is smaller than the device's sectors of " + sectorSize);
    }
    return blockSize;
  }

  /** The volume's size as long as the block size is open: the blocks count then means 4 KiB. */
  private long defaultBytes() {
    long blocks = deviceSize / Limits.MAX_BLOCK_SIZE;
    return (options.blocks() > 0 ? Math.min(options.blocks(), blocks) : blocks)
        * Limits.MAX_BLOCK_SIZE;
  }

  private static int blockSizeFor(long bytes) {
    if (bytes <= SMALL_VOLUME) {
      return Limits.MIN_BLOCK_SIZE;
    }
    if (bytes >= GIB) {
      return 4096;
    }
    return bytes >= GIB / 2 ? 2048 : 1024;
  }

  private static int clusterSize(long bytes) {
    int clusterSize = Limits.MIN_CLUSTER_SIZE;
    while (clusterSize < Limits.MAX_CLUSTER_SIZE && bytes / clusterSize > MAX_CLUSTERS) {
      clusterSize *= 2;
    }
    return clusterSize;
  }

  private int slots(long bytes) {
    if (options.slots() > 0) {
      return options.slots();
    }
    if (options.isLocal()) {
      return 1;
    }
    long gib = bytes / GIB;
    if (gib < 2) {
      return 2;
    }
    if (gib < 10) {
      return 4;
    }
    return gib < 1024 ? 8 : 16;
  }

  private long journalSize(long blocks, int blockSize, int clusterSize, int slots)
      throws MkfsException {
    if (blocks < MIN_BLOCKS) {
      throw new MkfsException("the volume is too small for a journal");
    }
    long least = Math.max((long) MIN_JOURNAL_CLUSTERS * clusterSize, Limits.MIN_JOURNAL_SIZE);
    if (options.journalSize() == 0) {
      long size = roundUp(defaultJournalBlocks(blocks, blockSize) * blockSize, clusterSize);
      return Math.max(size, least);
    }
    long size = roundUp(options.journalSize(), clusterSize);
    if (options.journalSize() / blockSize > (blocks - 1024) / slots) {
      throw new MkfsException("journal size: too big for the volume");
    }
    if (size < least) {
      throw new MkfsException("journal size: must be at least " + least + " bytes");
    }
    return size;
  }

  private static long defaultJournalBlocks(long blocks, int blockSize) {
    if (blocks < 32_768) {
      return Limits.MIN_JOURNAL_SIZE / blockSize;
    }
    if (blocks < 262_144) {
      return 4096;
    }
    return Math.min(Math.max(blocks / 160, 16_384), 65_536);
  }

  /** As many groups for each slot as make 0.1 % of the volume; none if one is more than 5 %. */
  private static int extentGroups(int blockSize, long bytes, int slots) {
    double unit = (double) VolumePlan.suballocGroupBytes(blockSize) * slots;
    int groups = 1;
    while (groups * unit * 100 / bytes < EXTENT_TARGET_PERCENT) {
      groups++;
    }
    return groups * unit * 100 / bytes > EXTENT_LIMIT_PERCENT ? groups - 1 : groups;
  }

  private static long roundUp(long bytes, int unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  /** A random UUID of version 4. */
  private static UUID randomUuid(RandomGenerator random) {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
    return new UUID(high, low);
  }
}
