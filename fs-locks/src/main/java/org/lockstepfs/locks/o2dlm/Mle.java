package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;

/**
 * Master list entry: what this node knows of a contest for the mastery of one name, until the
 * master has asserted itself.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h, struct dlm_master_list_entry.
 */
final class Mle {

  /** Why the entry exists. */
  enum Type {
    /** Another node asked for mastery first; whoever wants the name here waits for the winner. */
    BLOCK,
    /** This node asks all members for mastery. */
    MASTER,
    /** The resource moves from one master to another. */
    MIGRATION
  }

  final ResName name;
  Type type;

  /** Nodes that want to be master, as far as known; the lowest wins. */
  final NodeMap maybe = new NodeMap();

  /**
   * Those of them that asked before this node saw a death: contests begin again after it, so they
   * do not count when it is recovered, unless they have asked again.
   */
  final NodeMap outdated = new NodeMap();

  /** Nodes whose answer this node wants, and those that have answered. */
  final NodeMap vote;

  final NodeMap response = new NodeMap();

  /** Members now, but for this node. */
  final NodeMap nodes;

  /** Members came or went since they were asked, even if the same node left and came back. */
  boolean membersChanged;

  /** Some of them went. */
  boolean membersLost;

  /** The winner or, in a migration, the old master; {@link DlmLockRes#UNKNOWN} until known. */
  int master = DlmLockRes.UNKNOWN;

  /** In a migration, the new master. */
  int newMaster = DlmLockRes.UNKNOWN;

  /** The resource of this node that waits for the outcome, or null. */
  DlmLockRes res;

  /** MASTER: the node asked last; no other is asked before it has answered. */
  int asked = -1;

  /** MASTER: members are being asked, one after the other. */
  boolean asking;

  /** MASTER: the question is put off until all dead nodes are recovered. */
  boolean waitsForRecovery;

  /** The outcome came while a question was on its way, so that its traces must be cleaned up. */
  boolean leavesTraces;

  private final List<Runnable> waiters = new ArrayList<>(1);

  /** Makes an entry whose voters are all members but this node. */
  Mle(ResName name, Type type, NodeMap members, int self) {
    this.name = name;
    this.type = type;
    this.vote = members.copy();
    this.vote.remove(self);
    this.nodes = vote.copy();
  }

  boolean masterKnown() {
    return master != DlmLockRes.UNKNOWN;
  }

  /** MIGRATION: runs the action when the entry is gone. */
  void await(Runnable action) {
    waiters.add(action);
  }

  List<Runnable> waiters() {
    return waiters;
  }
}
