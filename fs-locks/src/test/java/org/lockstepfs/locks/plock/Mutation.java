package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockMessage.Cancel;
import org.lockstepfs.locks.plock.PlockMessage.Claim;
import org.lockstepfs.locks.plock.PlockMessage.NotOwner;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.plock.PlockMessage.ProbeOwner;
import org.lockstepfs.locks.plock.PlockMessage.Release;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.PlockMessage.Request;
import org.lockstepfs.locks.plock.PlockMessage.SyncData;
import org.lockstepfs.locks.plock.PlockMessage.SyncRequest;

/**
 * Deliberate faults, each as if one rule of the protocol were missing. The simulator must see each.
 */
public enum Mutation {
  /** No fault. */
  NONE,
  /** A conflicting try-lock is granted. */
  GRANT_CONFLICT,
  /** A withdrawn request is reported as granted. */
  REPORT_CANCELLED_AS_GRANTED,
  /** The table owner never hears of a cancel. */
  LOSE_CANCEL,
  /** Process copies are not told to a new directory node. */
  LOSE_CLAIMS,
  /** Tables that still have an owner are not told to a new directory node. */
  LOSE_OWNED,
  /** Ranges whose unlock is under way are claimed all the same. */
  CLAIM_UNLOCKED(15_000),
  /** A member answers a directory node's question before it is in that view. */
  ANSWER_FROM_ANOTHER_VIEW,
  /** Nobody says that it does not own a table. */
  LOSE_NOT_OWNER,
  /** A table given up stays in the directory. */
  LOSE_RELEASE,
  /** An unlock is answered but not done. */
  LOSE_UNLOCK,
  /** A request is carried out twice. */
  REPEAT_REQUEST,
  /** Who asks for an owner is told that it is the owner. */
  IGNORE_DIRECTORY,
  /** Members do not tell who has left. */
  LOSE_DEPARTED(27_000),
  /** Deadlocks that span nodes are not searched. */
  LOSE_PROBES;

  /** Rare ones are looked for from a seed that is near one that shows them. */
  final long firstSeed;

  Mutation() {
    this(1);
  }

  Mutation(long firstSeed) {
    this.firstSeed = firstSeed;
  }

  private static final PlockMessage NOTHING = new Release(-1, 0);

  /** Returns what is sent instead. */
  public PlockMessage change(PlockMessage message, PlockEngine sender, PlockEngine receiver) {
    boolean lost =
        (this == LOSE_CANCEL && message instanceof Cancel)
            || (this == LOSE_NOT_OWNER && message instanceof NotOwner)
            || (this == LOSE_RELEASE && message instanceof Release)
            || (this == LOSE_PROBES && message instanceof ProbeOwner);
    if (lost) {
      return NOTHING;
    }
    if (message instanceof Reply m) {
      return reply(m);
    }
    if (message instanceof SyncData m) {
      return syncData(m, sender, receiver);
    }
    if (this == ANSWER_FROM_ANOTHER_VIEW && message instanceof SyncRequest m && receiver != null) {
      PlockView view = receiver.core().peers.view();
      return view == null ? m : new SyncRequest(view.id(), m.epoch(), m.departed());
    }
    if (this == LOSE_UNLOCK && message instanceof Request m && m.op() == Op.UNLOCK) {
      return new Request(m.inode(), m.id(), Op.GET, false, false, false, false, m.owner(), 0, 0, 0);
    }
    if (this == IGNORE_DIRECTORY && message instanceof PlockMessage.OwnerIs m) {
      return new PlockMessage.OwnerIs(
          m.inode(), m.lookup(), receiver == null ? m.owner() : receiver.core().self());
    }
    if (this == LOSE_DEPARTED && message instanceof SyncRequest m) {
      return new SyncRequest(m.view(), m.epoch(), List.of());
    }
    return message;
  }

  private PlockMessage reply(Reply m) {
    if (this == GRANT_CONFLICT && m.result() == PlockResult.AGAIN) {
      return new Reply(m.inode(), m.id(), PlockResult.GRANTED, null);
    }
    if (this == REPORT_CANCELLED_AS_GRANTED && m.result() == PlockResult.INTERRUPTED) {
      return new Reply(m.inode(), m.id(), PlockResult.GRANTED, null);
    }
    return m;
  }

  private PlockMessage syncData(SyncData m, PlockEngine sender, PlockEngine receiver) {
    if (this == LOSE_CLAIMS) {
      return new SyncData(m.epoch(), m.last(), m.owned(), List.of());
    }
    if (this == LOSE_OWNED) {
      return new SyncData(m.epoch(), m.last(), List.of(), m.claims());
    }
    if (this == CLAIM_UNLOCKED) {
      List<Claim> all = new ArrayList<>();
      PlockView view = sender.core().peers.view();
      for (FileEntry entry : sender.core().files.values()) {
        if (entry.owner == FileEntry.UNKNOWN
            && receiver != null
            && view.directoryNode(entry.inode) == receiver.core().self()) {
          all.addAll(rawCopy(entry));
        }
      }
      return new SyncData(m.epoch(), m.last(), m.owned(), all);
    }
    return m;
  }

  private static List<Claim> rawCopy(FileEntry entry) {
    List<Claim> claims = new ArrayList<>();
    entry.copy.forEach(
        (owner, pid, start, end, exclusive) ->
            claims.add(new Claim(entry.inode, owner.owner(), pid, start, end, exclusive, false)));
    return claims;
  }
}
