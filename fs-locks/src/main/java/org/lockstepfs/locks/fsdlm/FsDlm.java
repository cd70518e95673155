package org.lockstepfs.locks.fsdlm;

import java.util.Collection;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The lock manager of one lockspace on one node, as a pure state machine: events go in through the
 * methods, {@link Effect}s come out of {@link #poll()}.
 *
 * <p>Not thread-safe: one actor owns an engine. It hands in messages of one peer in the order in
 * which that peer sent them; calls {@link #tick} before events when time has passed, and at {@link
 * #nextDeadlineMs}; and drains {@link #poll()} after every event.
 *
 * <p>Locking begins with the end of the first recovery ({@link Effect.Running}). Calls are taken at
 * any time; during a recovery they wait for its end.
 */
public final class FsDlm {
  private final Lockspace ls;
  private final LockCalls calls;
  private final Recovery recovery;
  private final Dispatcher dispatcher;

  /** Makes an engine that waits for its first start. */
  public FsDlm(FsDlmConfig config) {
    ls = new Lockspace(config);
    calls = new LockCalls(ls);
    RequestQueue saved = new RequestQueue(ls);
    recovery = new Recovery(ls, saved);
    dispatcher = new Dispatcher(ls, saved, recovery);
    recovery.onReplay(dispatcher::replay);
  }

  /** Returns the next effect, or null if there is none. */
  public Effect poll() {
    return ls.poll();
  }

  /** Returns whether locking goes on; if not, a recovery is under way or awaited. */
  public boolean isRunning() {
    return ls.running;
  }

  /** Returns the sequence of the last start, 0 before the first. */
  public long sequence() {
    return ls.seq;
  }

  /** Returns how far the recovery is: bits of {@link RecoverStatus}, 0 while stopped. */
  public int recoverStatus() {
    return recovery.status();
  }

  /** Returns the number of resources that this node knows. */
  public int resourceCount() {
    return ls.resources.size();
  }

  /** Returns the number of locks that this node's callers have; a node leaves with none. */
  public int lockCount() {
    return ls.locks.size();
  }

  /** Advances time, monotonic milliseconds from any origin, and runs what has become due. */
  public void tick(long nowMs) {
    ls.nowMs = Math.max(ls.nowMs, nowMs);
    recovery.tick();
    ls.toss.run();
  }

  /** Returns when {@link #tick} is wanted next, or {@link Long#MAX_VALUE}. */
  public long nextDeadlineMs() {
    return Math.min(recovery.nextDueMs(), ls.toss.nextDueMs());
  }

  /**
   * Stops locking, because the members are about to change; ends a recovery that is under way.
   * Nodes may stop and start at different times, and a start stops by itself.
   */
  public void stop() {
    recovery.stop();
  }

  /**
   * Starts the recovery that leads to a new set of members; ends with {@link Effect.Running} when
   * all of them have started with this sequence and got that far, unless a newer stop comes before.
   * Nodes that are in the old set and not in the new one must be unable to act on their locks.
   *
   * @param seq number of the set, the same on all nodes, higher than any before; a node need not
   *     see all
   * @param members the new set, this node included; equal on all nodes
   * @throws IllegalArgumentException if the sequence is not newer or this node is not a member
   */
  public void start(long seq, Collection<Member> members) {
    if (seq <= ls.seq) {
      throw new IllegalArgumentException("sequence " + seq + " is not after " + ls.seq);
    }
    if (!members.contains(new Member(ls.self, ls.incarnation))) {
      throw new IllegalArgumentException("node " + ls.self + " is not among " + members);
    }
    recovery.start(seq, members);
  }

  /**
   * Requests a new lock: ends with {@link Effect.Ast}, {@code SUCCESS} or {@code EAGAIN}, or {@code
   * ECANCEL} or {@code EUNLOCK} after a cancel or forced unlock.
   *
   * @param flags of {@link Lkf}: NOQUEUE, VALBLK, NODLCKWT, EXPEDITE, NOQUEUEBAST, NOORDER
   * @param lvb the caller's 64-byte value block, kept for the life of the lock: filled in before
   *     the AST of an operation with VALBLK that reads, read at the call of one that writes; null
   *     if the lock is never used with VALBLK
   * @param attachment anything of the caller's
   * @throws IllegalArgumentException for flags that make no sense
   */
  public Lkb lock(LockMode mode, int flags, ResName name, byte[] lvb, Object attachment) {
    return calls.lock(mode, flags, name, lvb, attachment);
  }

  /**
   * Changes the mode: ends with {@link Effect.Ast}, {@code SUCCESS}, {@code EAGAIN}, {@code
   * EDEADLK} or {@code ECANCEL}. With VALBLK, leaving PW or EX writes the value block, except from
   * PW to EX; taking an equal or stronger mode reads it.
   *
   * @param flags of {@link Lkf}: NOQUEUE, VALBLK, IVVALBLK, QUECVT, CONVDEADLK, NODLCKWT,
   *     NOQUEUEBAST, NOORDER
   * @return SUCCESS if the operation has begun; EBUSY if another is outstanding; EINVAL for flags
   *     or modes that exclude each other; ENOENT if the lock is gone
   * @throws IllegalArgumentException for other flags
   */
  public FsDlmStatus convert(Lkb lock, LockMode mode, int flags) {
    return calls.convert(lock, mode, flags);
  }

  /**
   * Removes a lock: ends with {@link Effect.Ast}, {@code EUNLOCK}. VALBLK from PW or EX writes the
   * value block, IVVALBLK makes it invalid. With FORCEUNLOCK an outstanding operation is no
   * obstacle: it may still end first with an AST of its own, but from this call on nothing that it
   * grants may be used.
   *
   * @return as {@link #convert}
   * @throws IllegalArgumentException for other flags
   */
  public FsDlmStatus unlock(Lkb lock, int flags) {
    return calls.unlock(lock, flags);
  }

  /**
   * Withdraws an outstanding request or conversion: its AST says {@code ECANCEL}, or something else
   * if that came first. Without one nothing happens. Until the master has answered, the lock is
   * busy, also when the cancel came too late.
   *
   * @return SUCCESS, or ENOENT if the lock is gone
   */
  public FsDlmStatus cancel(Lkb lock) {
    return calls.cancel(lock);
  }

  /** Handles a peer's message; one from another time or from a stranger has no effect. */
  public void onMessage(int fromNode, Envelope envelope) {
    dispatcher.receive(fromNode, envelope);
  }

  /** Returns what is known of a lock's resource, for the log. */
  public String dump(Lkb lock) {
    return lock.res.toString();
  }

  /** For invariant checks in tests. */
  Lockspace inspect() {
    return ls;
  }
}
