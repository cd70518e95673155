package org.lockstepfs.locks.fsdlm;

import java.util.ArrayDeque;
import java.util.Deque;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * One resource as this node knows it. On the master the queues hold every node's locks and decide;
 * elsewhere they hold this node's own.
 *
 * <p>Source: Linux fs/dlm/dlm_internal.h, struct dlm_rsb.
 */
final class Rsb {
  /** No node. */
  static final int UNKNOWN = -1;

  final ResName name;
  final LockQueue<Lkb> granted = new LockQueue<>();
  final LockQueue<Lkb> converting = new LockQueue<>();
  final LockQueue<Lkb> waiting = new LockQueue<>();

  /** The master, or {@link #UNKNOWN}. */
  int master = UNKNOWN;

  /** The master may have changed while nobody here used the resource: try it with one request. */
  boolean uncertain;

  /** The lock that finds out, or confirms, who the master is; others wait in {@link #lookups}. */
  Lkb first;

  final Deque<Lkb> lookups = new ArrayDeque<>(0);

  /** Locks that refer to it, those in no queue included. */
  int users;

  /** Whether the toss list knows it, and when it was last used. */
  boolean onToss;

  long tossedAtMs;

  /** The master's value block, null for zeros; how often it was written; whether to distrust it. */
  byte[] lvb;

  int lvbSeq;
  boolean valNotValid;

  /** Recovery: the master has gone and there is no new one yet. */
  boolean masterGone;

  /** Recovery: has a new master, whose copies may not be complete on all nodes yet. */
  boolean remastering;

  /** Recovery, master: a lock in PW or EX went down with its node. */
  boolean lvbLost;

  /** Recovery, master: locks went or came, so something may be grantable, in whatever order. */
  boolean recoverGrant;

  Rsb(ResName name) {
    this.name = name;
  }

  boolean hasQueuedLocks() {
    return !(granted.isEmpty() && converting.isEmpty() && waiting.isEmpty());
  }

  LockQueue<Lkb> queue(int index) {
    return switch (index) {
      case 0 -> granted;
      case 1 -> converting;
      default -> waiting;
    };
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name.toString()).append(" master ");
    text.append(master == UNKNOWN ? "unknown" : master);
    text.append(uncertain ? " uncertain" : "").append(masterGone ? " gone" : "");
    text.append(remastering ? " remastering" : "").append(valNotValid ? " invalid" : "");
    for (int i = 0; i < 3; i++) {
      for (Lkb lock : queue(i)) {
        text.append(i == 0 ? " granted " : i == 1 ? " converting " : " waiting ").append(lock);
      }
    }
    return text.append(users == 0 ? " unused" : "").toString();
  }
}
