package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.blockdev.format.BackupSuperblocks;
import org.lockstepfs.blockdev.format.Bitmap;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.ChainList;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.GroupDescriptor;
import org.lockstepfs.blockdev.format.Limits;

/**
 * The global bitmap of the volume that is being made.
 *
 * <p>Every group's first cluster holds its descriptor; the first group begins with cluster 0, but
 * has its descriptor in the first cluster after the superblock. Group g hangs off chain g modulo
 * the number of chains, in ascending order. Only groups from which something was claimed are kept
 * in memory; the others are made anew when they are written.
 */
final class ClusterMap {
  private final VolumePlan plan;
  private final long parent;
  private final int chains;
  private final Map<Integer, ByteBuffer> touched = new HashMap<>();
  private int firstOpenGroup;

  /**
   * Prepares the bitmap of an empty volume: descriptors, superblock and its copies are in use.
   *
   * @param parent block number of the global bitmap's dinode
   */
  ClusterMap(VolumePlan plan, long parent) throws IOException {
    this.plan = plan;
    this.parent = parent;
    this.chains = Math.min(plan.groups(), ChainList.perDinode(plan.blockSize()));
    int used = (int) (firstGroupBlock(plan) / plan.blocksPerCluster());
    group(0).claim(1, used);
    for (int i = 0; i < plan.backupSuperblocks(); i++) {
      long cluster = BackupSuperblocks.block(i, plan.blockSize()) / plan.blocksPerCluster();
      group((int) (cluster / plan.clustersPerGroup()))
          .claim((int) (cluster % plan.clustersPerGroup()), 1);
    }
  }

  /** Returns the first group's descriptor: in the first whole cluster after the superblock. */
  static long firstGroupBlock(VolumePlan plan) {
    long perCluster = plan.blocksPerCluster();
    return (Limits.SUPER_BLOCK_BLKNO + perCluster) / perCluster * perCluster;
  }

  /**
   * Claims clusters.
   *
   * @return the first block of the run
   * @throws MkfsException if no group has so many in a row
   */
  long claim(int count) throws IOException {
    for (int g = firstOpenGroup; g < plan.groups(); g++) {
      GroupDescriptor group = group(g);
      if (group.freeBits() == 0) {
        firstOpenGroup = g == firstOpenGroup ? g + 1 : firstOpenGroup;
        continue;
      }
      Bitmap.Run run = group.bitmap().findClear(0, group.bits(), count);
      if (run.count() == count) {
        return claim(g, run);
      }
    }
    throw new MkfsException("the volume is too small: no " + count + " clusters left in a row");
  }

  /**
   * Claims clusters in as few runs as the groups allow.
   *
   * @return first block and clusters of each run
   */
  List<Extent> claimRuns(int count) throws IOException {
    List<Extent> runs = new ArrayList<>();
    int wanted = count;
    for (int g = firstOpenGroup; g < plan.groups() && wanted > 0; g++) {
      GroupDescriptor group = group(g);
      Bitmap.Run run = group.bitmap().findClear(0, group.bits(), wanted);
      if (run.count() == wanted || run.count() > group.bits() / 2) {
        runs.add(new Extent(claim(g, run), run.count()));
        wanted -= run.count();
      }
    }
    if (wanted > 0) {
      throw new MkfsException("the volume is too small for " + count + " more clusters");
    }
    return runs;
  }

  /**
   * A run of clusters.
   *
   * @param block first block
   * @param clusters number of clusters
   */
  record Extent(long block, int clusters) {}

  private long claim(int g, Bitmap.Run run) throws IOException {
    group(g).claim(run.start(), run.count());
    long cluster = (long) g * plan.clustersPerGroup() + run.start();
    return cluster * plan.blocksPerCluster();
  }

  /** Fills in the global bitmap's dinode: totals and chains. */
  void describe(Dinode dinode) {
    dinode.setClusters(plan.clusters());
    dinode.setSize(plan.bytes());
    ChainList list = dinode.chains();
    list.init(8 * GroupDescriptor.bitmapSize(plan.blockSize(), false, false), 1);
    list.setNextFree(chains);
    long free = 0;
    for (int g = 0; g < plan.groups(); g++) {
      int chain = g % chains;
      int groupFree = freeBits(g);
      free += groupFree;
      list.setFree(chain, list.free(chain) + groupFree);
      list.setTotal(chain, list.total(chain) + bits(g));
    }
    for (int chain = 0; chain < chains; chain++) {
      list.setBlkno(chain, block(chain));
    }
    dinode.setBitmapTotal(plan.clusters());
    dinode.setBitmapUsed(plan.clusters() - free);
  }

  /** Writes every descriptor. */
  void write(BlockWriter out) throws IOException {
    for (int g = 0; g < plan.groups(); g++) {
      ByteBuffer kept = touched.get(g);
      out.write(block(g), kept != null ? kept : fresh(g));
    }
  }

  private GroupDescriptor group(int g) {
    return GroupDescriptor.of(touched.computeIfAbsent(g, this::fresh));
  }

  private ByteBuffer fresh(int g) {
    ByteBuffer buffer = Blocks.allocate(plan.blockSize());
    int bitmapSize = GroupDescriptor.bitmapSize(plan.blockSize(), false, false);
    GroupDescriptor group =
        GroupDescriptor.init(
            buffer, block(g), plan.fsGeneration(), parent, bitmapSize, bits(g), g % chains);
    if (g + chains < plan.groups()) {
      group.setNextGroup(block(g + chains));
    }
    return buffer;
  }

  private int freeBits(int g) {
    ByteBuffer kept = touched.get(g);
    return kept != null ? GroupDescriptor.of(kept).freeBits() : bits(g) - 1;
  }

  private int bits(int g) {
    long from = (long) g * plan.clustersPerGroup();
    return (int) Math.min(plan.clustersPerGroup(), plan.clusters() - from);
  }

  private long block(int g) {
    return g == 0
        ? firstGroupBlock(plan)
        : (long) g * plan.clustersPerGroup() * plan.blocksPerCluster();
  }
}
