package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import org.lockstepfs.blockdev.format.ChainList;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;

/** A chain allocator's dinode: its counts, kept in step with those of its chains. */
final class ChainDinode {
  private final MetaBuffer buffer;
  private final Dinode dinode;
  private final ChainList chains;

  ChainDinode(MetaBuffer buffer) throws CorruptBlockException {
    this.buffer = buffer;
    this.dinode = Dinode.of(buffer.data());
    this.chains = dinode.chains();
    if (chains.count() > ChainList.perDinode(buffer.data().capacity())
        || chains.nextFree() > chains.count()
        || chains.clustersPerGroup() == 0
        || chains.bitsPerCluster() == 0) {
      throw new CorruptBlockException(buffer.block(), "i_chain", "counts do not fit");
    }
    if (used() > total()) {
      throw new CorruptBlockException(buffer.block(), "i_used", used() + " of " + total());
    }
  }

  void dirty(Handle handle) throws IOException {
    handle.dirty(buffer);
  }

  long block() {
    return buffer.block();
  }

  long clusters() {
    return dinode.clusters();
  }

  private long used() {
    return dinode.bitmapUsed();
  }

  long total() {
    return dinode.bitmapTotal();
  }

  long free() {
    return total() - used();
  }

  int clustersPerGroup() {
    return chains.clustersPerGroup();
  }

  int bitsPerCluster() {
    return chains.bitsPerCluster();
  }

  int bitsPerGroup() {
    return chains.clustersPerGroup() * chains.bitsPerCluster();
  }

  /** Returns the number of chains in use. */
  int chains() {
    return chains.nextFree();
  }

  long free(int chain) {
    return chains.free(chain);
  }

  long head(int chain) {
    return chains.blkno(chain);
  }

  void setHead(int chain, long group) {
    chains.setBlkno(chain, group);
  }

  /** Returns the chain with the most free bits. */
  int freestChain() {
    int best = 0;
    for (int i = 1; i < chains(); i++) {
      if (chains.free(i) > chains.free(best)) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the chain with the fewest bits, an unused one if there is any. */
  int shortestChain() {
    if (chains() < chains.count()) {
      return chains();
    }
    int best = 0;
    for (int i = 1; i < chains(); i++) {
      if (chains.total(i) < chains.total(best)) {
        best = i;
      }
    }
    return best;
  }

  /** Counts bits of a chain as used; a negative number frees them. */
  void use(int chain, int bits) {
    dinode.setBitmapUsed(used() + bits);
    chains.setFree(chain, chains.free(chain) - bits);
  }

  /** Counts a new group that becomes the head of its chain. */
  void addGroup(Group group, int clusterSize) {
    int chain = group.chain();
    if (chain == chains()) {
      chains.setNextFree(chain + 1);
      chains.setFree(chain, 0);
      chains.setTotal(chain, 0);
    }
    chains.setFree(chain, chains.free(chain) + group.free());
    chains.setTotal(chain, chains.total(chain) + group.bits());
    chains.setBlkno(chain, group.block());
    dinode.setBitmapUsed(used() + group.bits() - group.free());
    dinode.setBitmapTotal(total() + group.bits());
    dinode.setClusters(clusters() + clustersPerGroup());
    dinode.setSize(clusters() * clusterSize);
  }
}
