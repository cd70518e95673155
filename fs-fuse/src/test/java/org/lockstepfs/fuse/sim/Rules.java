package org.lockstepfs.fuse.sim;

import org.lockstepfs.locks.o2dlm.Mutation;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.stack.sim.Sabotage;

/** The rules that a run follows; a test breaks one by overriding it. */
class Rules {
  /** All rules hold. */
  static final Rules ALL = new Rules();

  /** Where to look for a seed that shows the fault: rare ones are looked for near one that does. */
  long firstSeed() {
    return 1;
  }

  /** What is wrong with the lock manager. */
  Mutation dlm() {
    return Mutation.NONE;
  }

  /** What is wrong with the user stack. */
  UserMutation user() {
    return UserMutation.NONE;
  }

  /** What is wrong with votes and fence agents. */
  VotesMutation votes() {
    return VotesMutation.NONE;
  }

  /** What is wrong with heartbeat, quorum and fence. */
  Sabotage stack() {
    return Sabotage.NONE;
  }

  /** A lock goes only when what it protects is in its place on the disk. */
  boolean checkpointsBeforeDownconvert() {
    return true;
  }

  /** A checkpoint ends when the journal no longer holds what was written. */
  boolean checkpointEmptiesJournal() {
    return true;
  }

  /** What a lock protects is read when no journal of a dead node is left to replay. */
  boolean waitsForRecovery() {
    return true;
  }

  /** How long after its death is known the file system hears of a node. */
  long evictionDelayMs() {
    return 0;
  }

  /** One node at a time recovers. */
  boolean recoveryTakesSuperLock() {
    return true;
  }

  /** The journal's own lock is held by whoever replays it. */
  boolean recoveryTakesJournalLock() {
    return true;
  }

  /** A journal is replayed before those who wait for it go on. */
  boolean replaysBeforeLettingGo() {
    return true;
  }

  /** A node that mounts replays the journal that it left in its last life. */
  boolean mountReplaysOwnJournal() {
    return true;
  }

  /** Who recovers a slot, or finds it recovered, notes how often that has been done. */
  boolean notesRecoveries() {
    return true;
  }

  /** Who recovers does not wait for the journal of a node that is back in another slot. */
  boolean looksWhetherTheDeadIsBack() {
    return true;
  }

  /** A node takes a slot that is free. */
  boolean slotMustBeFree() {
    return true;
  }

  /** The value block says what the node wrote last. */
  boolean refreshesValueBlock() {
    return true;
  }

  /** An fsync returns when the transaction is committed. */
  boolean fsyncWaits() {
    return true;
  }

  /** A call that is out cannot be cancelled before it has returned. */
  boolean knowsPending() {
    return true;
  }

  /** Whoever waits for a lock looks again after every change. */
  boolean wakesWaiters() {
    return true;
  }

  /** Only the disk says that a node is dead; a silent link does not. */
  boolean silenceIsNoDeath() {
    return true;
  }

  /** Each life of a node has a number of its own. */
  boolean newIncarnation() {
    return true;
  }

  /** Nobody joins while the heartbeat of a node stands still that may go on. */
  boolean silentMemberStopsJoin() {
    return true;
  }

  /** A node that is past its deadline says nothing, from its first moment on. */
  boolean lateNodesAreSilent() {
    return true;
  }

  /** A node joins when all members have seen the same lives as it has. */
  boolean joinerSeesWhatMembersSee() {
    return true;
  }

  /** Returns the view that the byte-range locks enter. */
  PlockView view(PlockView old, PlockView next) {
    return next;
  }
}
