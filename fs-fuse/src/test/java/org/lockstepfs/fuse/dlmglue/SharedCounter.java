package org.lockstepfs.fuse.dlmglue;

import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.locks.mode.LockMode;

/**
 * A number on a shared disk that nodes cache under a META lock, with the referee who sees all
 * nodes: who holds the lock, what the number must be, and whether anybody believed an old value
 * block.
 */
final class SharedCounter {
  final long block;
  private final AtomicLong disk = new AtomicLong();
  private final AtomicLong expected = new AtomicLong();
  private final Queue<String> violations;
  private final Map<Integer, int[]> holders = new HashMap<>();

  SharedCounter(long block, Queue<String> violations) {
    this.block = block;
    this.violations = violations;
  }

  private void violation(String text) {
    violations.add("counter " + block + ": " + text);
  }

  synchronized void enter(int node, LockMode mode) {
    holders.computeIfAbsent(node, n -> new int[2])[mode == LockMode.EX ? 1 : 0]++;
    int exNodes = 0;
    int nodes = 0;
    for (int[] counts : holders.values()) {
      exNodes += counts[1] > 0 ? 1 : 0;
      nodes += counts[0] + counts[1] > 0 ? 1 : 0;
    }
    if (exNodes > 0 && nodes > 1) {
      violation("held EX by one node and held by another");
    }
  }

  synchronized void leave(int node, LockMode mode) {
    holders.get(node)[mode == LockMode.EX ? 1 : 0]--;
  }

  private synchronized boolean held(int node, LockMode atLeast) {
    int[] counts = holders.getOrDefault(node, new int[2]);
    return counts[1] > 0 || (atLeast == LockMode.PR && counts[0] > 0);
  }

  long expected() {
    return expected.get();
  }

  long onDisk() {
    return disk.get();
  }

  /** One node's cache of the number. */
  final class Cached implements LockOps {
    private final int node;
    private final boolean workerMayBlock;
    private volatile long value = -1;
    private volatile boolean dirty;

    Cached(int node, boolean workerMayBlock) {
      this.node = node;
      this.workerMayBlock = workerMayBlock;
    }

    /** Reads, with the lock held at PR or EX. */
    void read() {
      if (value != expected.get()) {
        violation("node " + node + " read " + value + ", not " + expected.get());
      }
    }

    /** Adds one, with the lock held at EX and no other thread of the node inside. */
    void increment() {
      read();
      dirty = true;
      value = expected.incrementAndGet();
    }

    @Override
    public void refresh(byte[] lvb) {
      long stored = disk.get();
      MetaLvb.trusted(lvb, generation())
          .ifPresent(
              trusted -> {
                if (trusted.size() != stored) {
                  violation("value block says " + trusted.size() + ", disk " + stored);
                }
              });
      value = stored;
    }

    @Override
    public boolean checkDownconvert(LockMode newLevel) {
      return !dirty;
    }

    @Override
    public void checkpoint() {
      if (dirty) {
        if (held(node, LockMode.EX)) {
          violation("checkpoint for a downconvert while EX is held");
        }
        disk.set(value);
        dirty = false;
      }
    }

    @Override
    public boolean workerMayBlock() {
      return workerMayBlock;
    }

    @Override
    public UnblockAction downconvertWorker(LockMode blocking) {
      if (dirty || held(node, blocking == LockMode.EX ? LockMode.PR : LockMode.EX)) {
        violation("downconvert while dirty or held");
      }
      if (blocking == LockMode.EX) {
        value = -1;
      }
      return UnblockAction.CONTINUE;
    }

    @Override
    public void setLvb(byte[] lvb) {
      if (dirty) {
        violation("value block written while dirty");
      }
      TimeSpec zero = new TimeSpec(0, 0);
      new MetaLvb(0, 0, 0, 0, zero, zero, zero, disk.get(), 0, 1, 0, generation()).pack(lvb);
    }

    private int generation() {
      return (int) block * 31 + 1;
    }
  }
}
