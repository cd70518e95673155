package org.lockstepfs.locks.o2dlm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.lockstepfs.locks.o2dlm.message.Message;

/**
 * What the parts of one engine share: membership, the resources, the contests for mastery, and what
 * is to be done before the current event ends.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h, struct dlm_ctxt.
 */
final class Domain {
  /** The version of the messages that this engine speaks (dlmdomain.c, dlm_protocol). */
  static final int DLM_MAJOR = 1;

  static final int DLM_MINOR = 3;

  /** "No node", for {@link #joiningNode}. */
  static final int NOBODY = NodeMap.MAX_NODES;

  final O2DlmConfig config;
  final int self;

  DomainState state = DomainState.NEW;

  /** The node whose join is under way, this one included, or {@link #NOBODY}. */
  int joiningNode = NOBODY;

  /** Nodes that heartbeat. */
  final NodeMap live = new NodeMap();

  /** Nodes in the domain, this one included once it has joined. */
  final NodeMap members = new NodeMap();

  /** Members that have begun to leave: nothing migrates to them. */
  final NodeMap exiting = new NodeMap();

  /** Members that died and whose resources are not recovered yet. */
  final NodeMap dead = new NodeMap();

  /** Versions that the domain runs; before a join, the highest that this node speaks. */
  int dlmMinor = DLM_MINOR;

  int fsMinor;

  final Map<ResName, DlmLockRes> resources = new HashMap<>();
  final Map<ResName, Mle> mles = new HashMap<>();
  final Timers timers = new Timers();
  final Replies replies = new Replies();

  /** A member died since the node that is joining was let in: it must begin again. */
  boolean joinSpoiled;

  /** A member died, or a recovery began, while this node was joining: it must begin again. */
  boolean joinDisturbed;

  final Asts asts = new Asts(this);
  final MasterQueues queues = new MasterQueues(this);
  final Purge purge = new Purge(this);
  final MasterAssert asserts = new MasterAssert(this);
  final Mastery mastery = new Mastery(this);
  final LockTransfer transfer = new LockTransfer(this);
  final MigrationSource migration = new MigrationSource(this);
  final MigrationTarget immigration = new MigrationTarget(this);
  final UnlockCalls unlocks = new UnlockCalls(this);
  final NodeDeath deaths = new NodeDeath(this);
  final Recovery recovery = new Recovery(this);

  private long nextCookie;
  private final Queue<Effect> effects = new ArrayDeque<>();
  private final Queue<Runnable> ready = new ArrayDeque<>();
  private final Queue<DlmLockRes> dirty = new ArrayDeque<>();

  Domain(O2DlmConfig config) {
    this.config = config;
    this.self = config.nodeNumber();
    this.fsMinor = config.fsMinor();
    this.nextCookie = (config.incarnation() & 0xffffff) << 32;
  }

  /** Returns an identity for a new lock of this node. */
  long newCookie() {
    return (long) self << 56 | (++nextCookie & 0x00ffffffffffffffL);
  }

  /** Returns whether this node takes part in locking. */
  boolean isFullyJoined() {
    return state == DomainState.JOINED || state == DomainState.IN_SHUTDOWN;
  }

  void emit(Effect effect) {
    effects.add(effect);
  }

  Effect poll() {
    return effects.poll();
  }

  /** Sends a message and says what to do with its status, or without one. */
  void send(int to, Message message, IntConsumer onStatus, Consumer<SendError> onError) {
    emit(new Effect.Send(to, message, replies.expect(to, onStatus, onError)));
  }

  void fault(String reason) {
    emit(new Effect.Fault("node " + self + ", domain " + config.domain() + ": " + reason));
  }

  /** Returns the members but for this node; a copy. */
  NodeMap others() {
    NodeMap others = members.copy();
    others.remove(self);
    return others;
  }

  void membersChanged() {
    emit(new Effect.MembersChanged(members.copy()));
  }

  /**
   * Finds a resource for a peer's message; one whose reference is being dropped counts as gone.
   *
   * @return null if there is none
   */
  DlmLockRes lookup(ResName name) {
    DlmLockRes res = resources.get(name);
    return res == null || res.has(ResState.DROPPING_REF) ? null : res;
  }

  /** Runs an action before the current event ends. */
  void soon(Runnable action) {
    ready.add(action);
  }

  /** To be called after a change of a resource's state or owner: whoever waits looks again. */
  void wake(DlmLockRes res) {
    res.releaseWaiters(ready);
  }

  /**
   * Has the queues of a resource looked at before the current event ends, if this node masters it.
   */
  void kick(DlmLockRes res) {
    if (res.owner == self
        && !res.dirty
        && !res.migrationPending
        && !res.has(ResState.MIGRATING)
        && !(res.converting.isEmpty() && res.blocked.isEmpty())) {
      res.dirty = true;
      dirty.add(res);
    }
  }

  /** A callback or assert about a resource has been answered; a migration may wait for the last. */
  void release(DlmLockRes res) {
    res.reserved--;
    if (res.reserved == 0 && res.migrationPending) {
      migration.proceed(res);
    }
  }

  /** Does everything that the current event has made possible. */
  void settle() {
    do {
      Runnable action;
      while ((action = ready.poll()) != null) {
        action.run();
      }
      DlmLockRes res;
      while ((res = dirty.poll()) != null) {
        res.dirty = false;
        queues.shuffle(res);
        purge.review(res);
      }
      asts.flush();
    } while (!ready.isEmpty() || !dirty.isEmpty());
  }
}
