package org.lockstepfs.locks.plock;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A simulated process: what it believes to hold, byte by byte, from the answers that it got, and
 * what it has asked for.
 */
final class SimProcess {
  static final int BYTES = 10;

  enum Kind {
    LOCK,
    UNLOCK,
    TEST,
    CLOSE
  }

  /** A call that has not returned. */
  static final class Call {
    final int number;
    final Kind kind;
    final long inode;
    final int start;
    final int end;
    final boolean exclusive;
    final boolean blocking;
    PlockRequest handle;
    boolean returned;
    boolean cancelled;
    boolean wasInCycle;

    Call(
        int number,
        Kind kind,
        long inode,
        int start,
        int end,
        boolean exclusive,
        boolean blocking) {
      this.number = number;
      this.kind = kind;
      this.inode = inode;
      this.start = start;
      this.end = end;
      this.exclusive = exclusive;
      this.blocking = blocking;
    }

    @Override
    public String toString() {
      return kind + (exclusive ? " EX " : " SH ") + inode + ":" + start + "-" + end;
    }
  }

  final int node;
  final long owner;
  final int threads;
  final Map<Integer, Call> calls = new LinkedHashMap<>();
  private final Map<Long, int[]> modes = new HashMap<>();

  SimProcess(int node, long owner, int threads) {
    this.node = node;
    this.owner = owner;
    this.threads = threads;
  }

  PlockOwner plockOwner() {
    return new PlockOwner(node, owner);
  }

  /** Returns the mode of each byte by the answers so far: 0 none, 1 shared, 2 exclusive. */
  int[] modes(long inode) {
    return modes.computeIfAbsent(inode, i -> new int[BYTES]);
  }

  /** The last byte of the model stands for all to the end. */
  static long lastByte(int end) {
    return end == BYTES - 1 ? Long.MAX_VALUE : end;
  }

  boolean holdsNothing() {
    return modes.values().stream().allMatch(SimProcess::isZero);
  }

  static boolean isZero(int[] bytes) {
    for (int b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns what the process may rely on: not what it has begun to give up, for that may be gone
   * before the answer comes.
   */
  int[] certain(long inode) {
    int[] certain = modes(inode).clone();
    for (Call call : calls.values()) {
      if (call.inode != inode) {
        continue;
      }
      for (int b = call.start; b <= call.end; b++) {
        if (call.kind == Kind.UNLOCK || call.kind == Kind.CLOSE) {
          certain[b] = 0;
        } else if (call.kind == Kind.LOCK && !call.exclusive) {
          certain[b] = Math.min(certain[b], 1);
        }
      }
    }
    return certain;
  }

  void set(long inode, int start, int end, int mode) {
    int[] bytes = modes(inode);
    for (int b = start; b <= end; b++) {
      bytes[b] = mode;
    }
  }

  @Override
  public String toString() {
    return node + "/" + owner;
  }
}
