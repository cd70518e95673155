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
  private final Domain domain;
  private final LockCalls locks;
  private final Dispatcher dispatcher;
  private final DomainJoin join;
  private final DomainLeave leave;

  /** Makes an engine outside its domain. */
  public O2Dlm(O2DlmConfig config) {
    domain = new Domain(config);
    locks = new LockCalls(domain);
    join = new DomainJoin(domain);
    leave = new DomainLeave(domain);
    dispatcher = new Dispatcher(domain);
  }

  /** Returns the next effect, or null if there is none. */
  public Effect poll() {
    return domain.poll();
  }

  /** Returns where this node stands in its domain. */
  public DomainState state() {
    return domain.state;
  }

  /** Returns a copy of the set of members, this node included. */
  public NodeMap members() {
    return domain.members.copy();
  }

  /** Returns the number of resources that this node knows. */
  public int resourceCount() {
    return domain.resources.size();
  }

  /** Advances time, monotonic milliseconds from any origin, and runs what has become due. */
  public void tick(long nowMs) {
    domain.timers.advance(nowMs);
    if (domain.purge.nextDueMs() <= nowMs) {
      domain.purge.run(false);
    }
    settle();
  }

  /** Returns when {@link #tick} is wanted next, or {@link Long#MAX_VALUE}. */
  public long nextDeadlineMs() {
    return Math.min(domain.timers.nextDueMs(), domain.purge.nextDueMs());
  }

  /**
   * Joins the domain of the nodes that heartbeat: ends with {@link Effect.Joined} or {@link
   * Effect.JoinRefused}. A refusal that passes (another join, a recovery) is retried for 90 s.
   *
   * @param live the heartbeating nodes, with or without this one
   * @throws IllegalStateException if it has joined, or is joining
   */
  public void join(NodeMap live) {
    if (domain.state != DomainState.NEW || domain.joiningNode == domain.self) {
      throw new IllegalStateException("join of domain " + domain.config.domain());
    }
    domain.live.set(live);
    domain.live.add(domain.self);
    join.start();
    settle();
  }

  /**
   * Leaves: migrates what this node masters, gives up what it only refers to, says goodbye; ends
   * with {@link Effect.Left}. The caller has unlocked all its locks before.
   *
   * @throws IllegalStateException if it has not joined
   */
  public void leave() {
    leave.start();
    settle();
  }

  /** A node's heartbeat appeared, with a connection to it. */
  public void nodeUp(int node) {
    domain.live.add(node);
    settle();
  }

  /**
   * A node is dead (heartbeat, fencing) and writes nothing any more. If it was a member, {@link
   * Effect.Evicted} is the first that follows; then it is recovered, by this node or another.
   */
  public void nodeDown(int node) {
    domain.deaths.onDown(node);
    settle();
  }

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
    DlmLock lock = locks.lock(mode, flags, name, lvb, attachment);
    settle();
    return lock;
  }

  /**
   * Changes the mode: ends with {@link Effect.Ast}, or after a cancel with {@link
   * Effect.UnlockAst}. With VALBLK, leaving EX writes the value block, and PR or EX from below
   * reads it.
   *
   * @throws IllegalArgumentException for another mode or flag
   * @throws IllegalStateException if another operation is outstanding, or the lock is gone
   */
  public void convert(DlmLock lock, LockMode mode, int flags) {
    locks.convert(lock, mode, flags);
    settle();
  }

  /**
   * Removes a granted, idle lock: ends with {@link Effect.UnlockAst}. VALBLK from EX writes.
   *
   * @throws IllegalArgumentException for another flag
   * @throws IllegalStateException if an operation is outstanding, or the lock is gone
   */
  public void unlock(DlmLock lock, int flags) {
    domain.unlocks.unlock(lock, flags);
    settle();
  }

  /** Withdraws an outstanding request or conversion: ends with {@link Effect.UnlockAst}. */
  public void cancel(DlmLock lock) {
    domain.unlocks.cancel(lock);
    settle();
  }

  /**
   * Handles a peer's message.
   *
   * @return the o2net status to send back: for QUERY_JOIN the reply packet as a big-endian int, for
   *     lock messages a {@link DlmStatus}, for others what the kernel's handler returns
   */
  public int onMessage(int fromNode, Message message) {
    int status = dispatcher.dispatch(fromNode, message);
    settle();
    return status;
  }

  /** The status of a sent message came. */
  public void onReply(long token, int status) {
    domain.replies.status(token, status);
    settle();
  }

  /** A sent message got no status and never will. */
  public void onSendFailed(long token, SendError error) {
    domain.replies.failed(token, error);
    settle();
  }

  /** Returns what is known of a lock's resource, for the log. */
  public String dump(DlmLock lock) {
    return lock.res == null ? lock.toString() : lock.res.toString();
  }

  /**
   * Answers a message of joining ({@link Message#MODULE_KEY}) for a domain that has no engine here.
   */
  public static int answerWithoutDomain(Message message) {
    return Dispatcher.withoutDomain(message);
  }

  private void settle() {
    domain.settle();
    if (domain.state == DomainState.IN_SHUTDOWN) {
      leave.proceed();
      domain.settle();
    }
  }

  /** For invariant checks in tests. */
  Domain inspect() {
    return domain;
  }
}
