package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.ChainList;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.GroupDescriptor;
import org.lockstepfs.blockdev.format.SubAllocation;

/** A group of metadata blocks of a suballocator: descriptor first, bits given out in order. */
final class InodeGroup {
  private final GroupDescriptor group;
  private final ByteBuffer buffer;

  private InodeGroup(ByteBuffer buffer, GroupDescriptor group) {
    this.buffer = buffer;
    this.group = group;
  }

  /**
   * Makes the descriptor of a group.
   *
   * @param wholeBlock whether the bitmap runs to the end of the block in any case, as that of the
   *     system inodes does
   */
  static InodeGroup create(
      VolumePlan plan, long block, long parent, int bits, int chain, boolean wholeBlock) {
    ByteBuffer buffer = Blocks.allocate(plan.blockSize());
    int bitmapSize =
        GroupDescriptor.bitmapSize(plan.blockSize(), !wholeBlock, plan.has(Feature.DISCONTIG_BG));
    return new InodeGroup(
        buffer,
        GroupDescriptor.init(buffer, block, plan.fsGeneration(), parent, bitmapSize, bits, chain));
  }

  /** Claims the next block. */
  SubAllocation claim(int slot) throws IOException {
    int bit = group.bitmap().nextClear(0);
    group.claim(bit, 1);
    return new SubAllocation(slot, bit, group.blkno());
  }

  /** Adds the group to its allocator's dinode, as the next chain or at the end of one. */
  void describe(Dinode allocator, VolumePlan plan) {
    ChainList chains = allocator.chains();
    int chain = group.chain();
    if (chain >= chains.nextFree()) {
      chains.setNextFree(chain + 1);
      chains.setBlkno(chain, group.blkno());
    }
    chains.setFree(chain, chains.free(chain) + group.freeBits());
    chains.setTotal(chain, chains.total(chain) + group.bits());
    allocator.setBitmapTotal(allocator.bitmapTotal() + group.bits());
    allocator.setBitmapUsed(allocator.bitmapUsed() + group.bits() - group.freeBits());
    allocator.setClusters(allocator.clusters() + group.bits() / chains.bitsPerCluster());
    allocator.setSize(allocator.clusters() * plan.clusterSize());
  }

  /** Links another group behind this one. */
  void setNext(InodeGroup next) {
    group.setNextGroup(next.group.blkno());
  }

  long block() {
    return group.blkno();
  }

  void write(BlockWriter out) throws IOException {
    out.write(group.blkno(), buffer);
  }
}
