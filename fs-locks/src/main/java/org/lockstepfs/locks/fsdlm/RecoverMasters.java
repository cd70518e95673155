package org.lockstepfs.locks.fsdlm;

import java.util.HashSet;
import java.util.Set;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.LockState.Queue;
import org.lockstepfs.locks.fsdlm.message.LockStateReply;
import org.lockstepfs.locks.fsdlm.message.MasterLookup;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * New masters for resources whose master has gone: the directory makes the first that asks the
 * master, and everybody sends it its locks.
 *
 * <p>Source: Linux fs/dlm/recover.c, dlm_recover_masters, dlm_recover_locks; lock.c,
 * dlm_recover_master_copy.
 */
final class RecoverMasters {
  private final Lockspace ls;
  private final Set<ResName> lookups = new HashSet<>();
  private final Set<Long> sent = new HashSet<>();
  private boolean sending;
  private Runnable then;

  RecoverMasters(Lockspace ls) {
    this.ls = ls;
  }

  void cancel() {
    lookups.clear();
    sent.clear();
    sending = false;
    then = null;
  }

  /** Finds new masters, sends them the locks, and goes on when all are entered. */
  void recover(Runnable next) {
    then = next;
    for (Rsb res : ls.resources.values()) {
      if ((res.masterGone || res.remastering) && res.master != ls.self) {
        findMaster(res);
      }
    }
    sendLocks();
  }

  private void findMaster(Rsb res) {
    if (!res.hasQueuedLocks()) {
      // Nothing to recover: the next request looks the master up.
      res.master = Rsb.UNKNOWN;
      res.uncertain = false;
      res.masterGone = false;
      res.remastering = false;
      return;
    }
    int dir = ls.directory.nodeOf(res.name);
    if (dir == ls.self) {
      setMaster(res, ls.directory.lookup(res.name, ls.self));
    } else {
      lookups.add(res.name);
      ls.send(dir, new MasterLookup(res.name));
    }
  }

  private void setMaster(Rsb res, int master) {
    res.master = master;
    res.uncertain = false;
    res.masterGone = false;
    res.remastering = true;
    for (int i = 0; i < 3; i++) {
      res.queue(i).forEach(lock -> lock.highBast = null);
    }
  }

  void onMasterLookup(int from, MasterLookup question) {
    ResName name = question.name();
    if (ls.directory.nodeOf(name) == ls.self) {
      ls.send(from, new MasterLookupReply(name, ls.directory.lookup(name, from)));
    }
  }

  void onMasterLookupReply(int from, MasterLookupReply reply) {
    Rsb res = ls.resources.get(reply.name());
    if (res != null
        && ls.members.contains(reply.master())
        && ls.directory.nodeOf(reply.name()) == from
        && lookups.remove(reply.name())) {
      setMaster(res, reply.master());
      sendLocks();
    }
  }

  private void sendLocks() {
    if (!lookups.isEmpty() || sending) {
      return;
    }
    sending = true;
    for (Rsb res : ls.resources.values()) {
      if (res.remastering && res.master != ls.self) {
        res.granted.forEach(lock -> send(lock, Queue.GRANTED, lock.mode()));
        res.converting.forEach(lock -> send(lock, Queue.CONVERTING, lock.convertTo()));
        res.waiting.forEach(lock -> send(lock, Queue.WAITING, lock.mode()));
      }
    }
    allEntered();
  }

  private void send(Lkb lock, Queue queue, LockMode wanted) {
    sent.add(lock.id);
    ls.send(
        lock.res.master,
        new LockState(
            lock.id,
            queue,
            lock.mode(),
            wanted,
            lock.flags,
            lock.demoted,
            lock.lvbValid,
            lock.lvbSeq,
            lock.lvb,
            lock.res.name));
  }

  private void allEntered() {
    if (sending && sent.isEmpty() && then != null) {
      Runnable next = then;
      then = null;
      next.run();
    }
  }

  /** A lock that came already, in a recovery that did not get to its end, is as it was. */
  void onLockState(int from, LockState state) {
    Rsb known = ls.resources.get(state.name());
    if (known != null
        && known.master != ls.self
        && known.master != Rsb.UNKNOWN
        && !known.masterGone
        && !lookups.contains(known.name)) {
      return;
    }
    if (ls.copy(from, state.lkid()) == null) {
      enter(from, state);
    }
    ls.send(from, new LockStateReply(state.lkid()));
  }

  private void enter(int from, LockState state) {
    Rsb res = ls.use(state.name());
    Lkb lock = new Lkb(from, state.lkid(), res, state.mode(), null, null);
    ls.enter(lock);
    lock.flags = state.flags();
    lock.wanted = state.wanted();
    lock.demoted = state.demoted();
    lock.lvbValid = state.lvbValid() && state.lvb() != null;
    lock.lvbSeq = state.lvbSeq();
    lock.lvb = state.lvb();
    if (state.queue() == Queue.CONVERTING) {
      lock.convertTo(state.wanted());
    }
    res.queue(state.queue().ordinal()).moveToTail(lock);
  }

  void onLockStateReply(LockStateReply reply) {
    if (sent.remove(reply.lkid())) {
      allEntered();
    }
  }
}
