package org.lockstepfs.locks.plock;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A simulated process: what it believes to hold, byte by byte, from the answers that it got, and
 * what it has asked for.
 */
public final class SimProcess {
  public static final int BYTES = 10;

  /** What a process asks for. */
  public enum Kind {
    /** Set. */
    LOCK,
    /** Remove. */
    UNLOCK,
    /** Look. */
    TEST,
    /** Remove all, at the end of a file descriptor. */
    CLOSE
  }

  /** A call that has not returned. */
  public static final class Call {
    public final int number;
    public final Kind kind;
    public final long inode;
    final int start;
    final int end;
    final boolean exclusive;
    final boolean blocking;
    public PlockRequest handle;
    public boolean returned;
    public boolean cancelled;
    boolean wasInCycle;

    /** Makes a call that has not begun. */
    public Call(
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
  public final Map<Integer, Call> calls = new LinkedHashMap<>();
  private final Map<Long, int[]> modes = new HashMap<>();

  /** Makes a process that holds nothing. */
  public SimProcess(int node, long owner, int threads) {
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

  /** Returns whether no answer has given it anything that it did not give back. */
  public boolean holdsNothing() {
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

  /** Asks the node's engine. */
  public void begin(PlockEngine engine, Call call, PlockCallback done) {
    calls.put(call.number, call);
    long last = lastByte(call.end);
    switch (call.kind) {
      case LOCK ->
          call.handle =
              engine.lock(
                  call.inode, owner, 1, call.start, last, call.exclusive, call.blocking, done);
      case UNLOCK -> engine.unlock(call.inode, owner, call.start, last, done);
      case TEST -> engine.test(call.inode, owner, call.start, last, call.exclusive, done);
      case CLOSE -> engine.close(call.inode, owner, done);
    }
  }

  /** The answer to a call has come: once, and with the call what it means from now on. */
  public void end(Call call, PlockResult result) {
    if (call.returned) {
      throw new AssertionError(this + ": " + call + " returned twice");
    }
    call.returned = true;
    calls.remove(call.number);
    if (result == PlockResult.GRANTED && call.kind == Kind.LOCK) {
      set(call.inode, call.start, call.end, call.exclusive ? 2 : 1);
    } else if (result == PlockResult.GRANTED && call.kind != Kind.TEST) {
      set(call.inode, call.start, call.end, 0);
    }
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
