package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.locks.mode.LockMode;

/** An inode with a local lock that refuses to be taken out of order or under a journal handle. */
final class RankedInode implements LockedInode {
  private static final ThreadLocal<Deque<Integer>> HELD = ThreadLocal.withInitial(ArrayDeque::new);

  private final long block;
  private final int rank;
  private final MetaCache cache;
  private final WriteThroughJournal journal;
  private final ReentrantLock lock = new ReentrantLock();

  RankedInode(long block, int rank, MetaCache cache, WriteThroughJournal journal) {
    this.block = block;
    this.rank = rank;
    this.cache = cache;
    this.journal = journal;
  }

  @Override
  public long block() {
    return block;
  }

  @Override
  public MetaCache cache() {
    return cache;
  }

  @Override
  public MetaBuffer dinode() throws IOException {
    if (!lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("Inode " + block + " is not locked");
    }
    return cache.read(block);
  }

  @Override
  public Held lock(LockMode mode) {
    Deque<Integer> held = HELD.get();
    if (journal.isHandleOpen() || (!held.isEmpty() && held.peek() >= rank)) {
      throw new IllegalStateException("Lock of rank " + rank + " taken while holding " + held);
    }
    lock.lock();
    held.push(rank);
    return () -> {
      held.remove(rank);
      lock.unlock();
    };
  }
}
