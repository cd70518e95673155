package org.lockstepfs.locks.fsdlm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * What the parts of one engine share: the members, the resources, the locks, and what is to be
 * done.
 *
 * <p>Source: Linux fs/dlm/dlm_internal.h, struct dlm_ls.
 */
final class Lockspace {
  /** Names another node's lock at its master. */
  record CopyKey(int node, long id) {}

  final int self;
  final long incarnation;
  final String name;
  final Members members = new Members();

  /** Sequence of the last start; 0 before the first. */
  long seq;

  /** Whether locking goes on; otherwise a recovery is under way or awaited. */
  boolean running;

  /** Far in the past before the first tick: time counts from any origin. */
  long nowMs = Long.MIN_VALUE;

  /** In order of first use, so that two runs of one history are equal. */
  final Map<ResName, Rsb> resources = new LinkedHashMap<>();

  /** This node's own locks, in order of their numbers. */
  final Map<Long, Lkb> locks = new LinkedHashMap<>();

  /** Other nodes' locks on resources mastered here. */
  final Map<CopyKey, Lkb> copies = new HashMap<>();

  final Toss toss = new Toss(this);
  final Directory directory = new Directory(this);
  final Granting granting = new Granting(this);
  final MasterOps master = new MasterOps(this);
  final Operations operations = new Operations(this);
  final Mastery mastery = new Mastery(this);

  private final Queue<Effect> effects = new ArrayDeque<>();
  private long lastId;

  Lockspace(FsDlmConfig config) {
    self = config.node();
    incarnation = config.incarnation();
    name = config.lockspace();
  }

  void emit(Effect effect) {
    effects.add(effect);
  }

  Effect poll() {
    return effects.poll();
  }

  void send(int to, Message message) {
    emit(new Effect.Send(to, new Envelope(seq, message)));
  }

  void fault(String reason) {
    emit(new Effect.Fault("node " + self + ", lockspace " + name + ": " + reason));
  }

  /** Tells the caller that its operation has ended. */
  void complete(Lkb lock, FsDlmStatus status) {
    LockMode mode = lock.isGone() ? null : lock.mode();
    emit(new Effect.Ast(lock, status, mode, lock.demoted, lock.valNotValid));
  }

  /** Tells the caller that its operation has ended and the lock is gone. */
  void completeGone(Lkb lock, FsDlmStatus status) {
    discard(lock);
    lock.demoted = false;
    lock.valNotValid = false;
    complete(lock, status);
  }

  long nextId() {
    return ++lastId;
  }

  /** Finds or makes a resource, for a lock that is about to refer to it. */
  Rsb use(ResName resource) {
    Rsb res = resources.computeIfAbsent(resource, Rsb::new);
    if (res.users++ == 0 && res.master != Rsb.UNKNOWN && res.master != self) {
      res.uncertain = true;
    }
    return res;
  }

  /** Enters a lock that refers to its resource already. */
  void enter(Lkb lock) {
    if (lock.node == self) {
      locks.put(lock.id, lock);
    } else {
      copies.put(new CopyKey(lock.node, lock.id), lock);
    }
  }

  Lkb copy(int node, long id) {
    return copies.get(new CopyKey(node, id));
  }

  /** Forgets a lock; a resource without locks goes to the toss list. */
  void discard(Lkb lock) {
    Rsb res = lock.res;
    LockQueue.detach(lock);
    lock.kill();
    if (lock.node == self) {
      locks.remove(lock.id);
    } else {
      copies.remove(new CopyKey(lock.node, lock.id));
    }
    if (--res.users == 0) {
      toss.add(res);
    }
  }
}
