package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.message.Message;

/**
 * The lock manager of one domain on one node, as a pure state machine: events go in through the
 * methods, {@link Effect}s come out of {@link #poll()}.
 *
 * <p>Not thread-safe: one actor owns an engine. It hands in messages and replies of one peer in the
 * order of that peer's TCP stream; puts the status that {@link #onMessage} returned on the wire
 * before it hands in the next event; calls {@link #tick} before events when time has passed, and at
 * {@link #nextDeadlineMs}; and drains {@link #poll()} after every event.
 */
public final class O2Dlm {

  private final O2DlmConfig config;

  /** Makes an engine outside its domain. */
  public O2Dlm(O2DlmConfig config) {
    this.config = config;
  }

  /** Returns the next effect, or null if there is none. */
  public Effect poll() {
    return null;
  }

  /** Advances time, monotonic milliseconds from any origin, and runs what has become due. */
  public void tick(long nowMs) {}

  /** Returns when {@link #tick} is wanted next, or {@link Long#MAX_VALUE}. */
  public long nextDeadlineMs() {
    return Long.MAX_VALUE;
  }

  /**
   * Joins the domain of the nodes that heartbeat: ends with {@link Effect.Joined} or {@link
   * Effect.JoinRefused}. A refusal that passes (another join, a recovery) is retried for 90 s.
   *
   * @param live the heartbeating nodes, with or without this one
   */
  public void join(NodeMap live) {}

  /**
   * Leaves: migrates what this node masters, gives up what it only refers to, says goodbye; ends
   * with {@link Effect.Left}. The caller has unlocked all its locks before.
   */
  public void leave() {}

  /** A node's heartbeat appeared, with a connection to it. */
  public void nodeUp(int node) {}

  /** A node is dead (heartbeat, fencing): what it held on resources mastered here is freed. */
  public void nodeDown(int node) {}

  /**
   * Requests a new lock: ends with {@link Effect.Ast}, or after a cancel with {@link
   * Effect.UnlockAst}.
   *
   * @param mode NL, PR or EX
   * @param flags of {@link DlmFlags}: LOCAL, VALBLK, NOQUEUE, RECOVERY
   * @param lvb the caller's 64-byte value block, kept for the life of the lock: filled in before
   *     the AST of an operation with VALBLK that reads, read by one that writes
   * @param attachment anything of the caller's
   * @throws IllegalArgumentException for another mode or flag
   * @throws IllegalStateException if the domain is not joined
   */
  public DlmLock lock(LockMode mode, int flags, ResName name, byte[] lvb, Object attachment) {
    return new DlmLock(mode, config.nodeNumber(), 0, lvb, attachment);
  }

  /**
   * Changes the mode: ends with {@link Effect.Ast}, or after a cancel with {@link
   * Effect.UnlockAst}. With VALBLK, leaving EX writes the value block, and PR or EX from below
   * reads it.
   *
   * @throws IllegalArgumentException for another mode or flag
   */
  public void convert(DlmLock lock, LockMode mode, int flags) {}

  /** Removes a granted, idle lock: ends with {@link Effect.UnlockAst}. VALBLK from EX writes. */
  public void unlock(DlmLock lock, int flags) {}

  /** Withdraws an outstanding request or conversion: ends with {@link Effect.UnlockAst}. */
  public void cancel(DlmLock lock) {}

  /**
   * Handles a peer's message.
   *
   * @return the o2net status to send back: for QUERY_JOIN the reply packet as a big-endian int, for
   *     lock messages a {@link DlmStatus}, for others what the kernel's handler returns
   */
  public int onMessage(int fromNode, Message message) {
    return 0;
  }

  /** The status of a sent message came. */
  public void onReply(long token, int status) {}

  /** A sent message got no status and never will. */
  public void onSendFailed(long token, SendError error) {}

  /**
   * Answers a message of joining ({@link Message#MODULE_KEY}) for a domain that has no engine here.
   */
  public static int answerWithoutDomain(Message message) {
    return 0;
  }
}
