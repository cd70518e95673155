package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;

/**
 * A chain allocator's dinode: totals, and for each chain of groups its head and counts.
 *
 * <p>Source: id1.bitmap1 and struct ocfs2_chain_list in Linux 6.1 fs/ocfs2/ocfs2_fs.h.
 */
final class ChainDinode {
  private static final int I_CLUSTERS = 0x14;
  private static final int I_SIZE = 0x20;
  private static final int I_BLKNO = 0x50;
  private static final int USED = 0xB8;
  private static final int TOTAL = 0xBC;
  private static final int CPG = 0xC0;
  private static final int BPC = 0xC2;
  private static final int COUNT = 0xC4;
  private static final int NEXT_FREE = 0xC6;
  private static final int RECORDS = 0xD0;
  private static final int RECORD = 16;
  private static final long U32 = 0xFFFF_FFFFL;

  private final MetaBuffer buffer;
  private final ByteBuffer data;

  ChainDinode(MetaBuffer buffer) throws IOException {
    this.buffer = buffer;
    this.data = buffer.data();
    int room = (data.capacity() - RECORDS) / RECORD;
    if (chainRoom() > room || chains() > chainRoom() || used() > total()) {
      throw new IOException(
          "Corrupt chain allocator "
              + buffer.block()
              + ": "
              + chains()
              + " of "
              + chainRoom()
              + " chains, "
              + used()
              + " of "
              + total()
              + " bits");
    }
  }

  void dirty(Handle handle) throws IOException {
    handle.dirty(buffer);
  }

  long block() {
    return data.getLong(I_BLKNO);
  }

  long clusters() {
    return data.getInt(I_CLUSTERS) & U32;
  }

  long used() {
    return data.getInt(USED) & U32;
  }

  long total() {
    return data.getInt(TOTAL) & U32;
  }

  long free() {
    return total() - used();
  }

  int clustersPerGroup() {
    return Short.toUnsignedInt(data.getShort(CPG));
  }

  int bitsPerCluster() {
    return Short.toUnsignedInt(data.getShort(BPC));
  }

  int bitsPerGroup() {
    return clustersPerGroup() * bitsPerCluster();
  }

  /** Returns the number of chains there is room for. */
  int chainRoom() {
    return Short.toUnsignedInt(data.getShort(COUNT));
  }

  /** Returns the number of chains in use. */
  int chains() {
    return Short.toUnsignedInt(data.getShort(NEXT_FREE));
  }

  private static int at(int chain) {
    return RECORDS + chain * RECORD;
  }

  long free(int chain) {
    return data.getInt(at(chain)) & U32;
  }

  private long total(int chain) {
    return data.getInt(at(chain) + 4) & U32;
  }

  long head(int chain) {
    return data.getLong(at(chain) + 8);
  }

  void setHead(int chain, long group) {
    data.putLong(at(chain) + 8, group);
  }

  /** Returns the chain with the most free bits. */
  int freestChain() {
    int best = 0;
    for (int i = 1; i < chains(); i++) {
      if (free(i) > free(best)) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the chain with the fewest bits, an unused one if there is any. */
  int shortestChain() {
    if (chains() < chainRoom()) {
      return chains();
    }
    int best = 0;
    for (int i = 1; i < chains(); i++) {
      if (total(i) < total(best)) {
        best = i;
      }
    }
    return best;
  }

  /** Counts bits of a chain as used; a negative number frees them. */
  void use(int chain, int bits) {
    data.putInt(USED, (int) (used() + bits));
    data.putInt(at(chain), (int) (free(chain) - bits));
  }

  /** Counts a new group that becomes the head of its chain. */
  void addGroup(int chain, long group, int bits, int free, int groupClusters, int clusterSize) {
    if (chain == chains()) {
      data.putShort(NEXT_FREE, (short) (chain + 1));
      data.putInt(at(chain), 0);
      data.putInt(at(chain) + 4, 0);
    }
    data.putInt(at(chain), (int) (free(chain) + free));
    data.putInt(at(chain) + 4, (int) (total(chain) + bits));
    setHead(chain, group);
    data.putInt(USED, (int) (used() + bits - free));
    data.putInt(TOTAL, (int) (total() + bits));
    data.putInt(I_CLUSTERS, (int) (clusters() + groupClusters));
    data.putLong(I_SIZE, clusters() * clusterSize);
  }
}
