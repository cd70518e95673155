package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.message.Message;

/**
 * What the engine wants done. The driver takes effects with {@link O2Dlm#poll()} and performs them
 * in order; it may call the engine again while it does so.
 */
public sealed interface Effect {

  /**
   * Send a message. The driver later hands in exactly one of {@link O2Dlm#onReply} and {@link
   * O2Dlm#onSendFailed} with the same token.
   *
   * @param to node number
   * @param message encode with {@link Message#encode}; its o2net key is {@link Message#key}
   * @param token names the reply; unique for the life of the engine
   */
  record Send(int to, Message message, long token) implements Effect {}

  /**
   * A lock or convert operation ended: {@code NORMAL} (granted; value block filled in if asked
   * for), {@code NOTQUEUED}, or an error. After anything but {@code NORMAL} a lock keeps its old
   * mode, and a new lock is gone. A cancelled operation ends with {@link UnlockAst} alone.
   */
  record Ast(DlmLock lock, DlmStatus status) implements Effect {}

  /** Another node waits for {@code blocked}; it comes at most once per cause, and may be late. */
  record Bast(DlmLock lock, LockMode blocked) implements Effect {}

  /**
   * An unlock or cancel ended. For a cancel {@code NORMAL} means that the old mode is in force
   * again (or that the new request is gone) and that no {@link Ast} follows; {@code CANCELGRANT}
   * means that the grant won, and the {@link Ast} came or comes.
   */
  record UnlockAst(DlmLock lock, DlmStatus status, boolean cancel) implements Effect {}

  /** This node is in the domain; {@code fsMinor} is the negotiated minor of the file system's. */
  record Joined(NodeMap members, int dlmMinor, int fsMinor) implements Effect {}

  /** The join failed for good; the engine is where it was before. */
  record JoinRefused(String reason) implements Effect {}

  /** This node left the domain and nobody waits for it; the engine is finished. */
  record Left() implements Effect {}

  /** The members changed, by a join, a graceful exit or a death. */
  record MembersChanged(NodeMap members) implements Effect {}

  /**
   * A member died, with whatever it had under way. It comes before any lock that the dead node held
   * can be granted to another, here or elsewhere; a member that leaves causes none.
   */
  record Evicted(int node) implements Effect {}

  /**
   * A peer, or this node, broke the protocol so that lock state can no longer be trusted; the
   * kernel would stop the machine here. The driver must stop the volume.
   */
  record Fault(String reason) implements Effect {}
}
