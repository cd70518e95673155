package org.lockstepfs.locks.fsdlm;

import java.util.List;
import org.lockstepfs.locks.fsdlm.Lkb.Wait;
import org.lockstepfs.locks.fsdlm.message.Lookup;
import org.lockstepfs.locks.fsdlm.message.LookupReply;
import org.lockstepfs.locks.fsdlm.message.Remove;

/**
 * Who masters a resource: known, looked up in the directory, or tried with one request while the
 * others wait.
 *
 * <p>Source: Linux fs/dlm/lock.c, set_master, confirm_master, receive_lookup, receive_lookup_reply.
 */
final class Mastery {
  private final Lockspace ls;

  Mastery(Lockspace ls) {
    this.ls = ls;
  }

  /**
   * Returns whether the master is known, so that the request can go on; otherwise the lock is the
   * one that looks the master up, or waits for the one that does.
   */
  boolean settle(Rsb res, Lkb lock) {
    if (res.uncertain) {
      res.uncertain = false;
      res.first = lock;
      return true;
    }
    if (res.first != null && res.first != lock) {
      lock.onLookups = true;
      res.lookups.add(lock);
      return false;
    }
    if (res.master != Rsb.UNKNOWN) {
      return true;
    }
    res.first = lock;
    int dir = ls.directory.nodeOf(res.name);
    if (dir == ls.self) {
      res.master = ls.directory.lookup(res.name, ls.self);
      return true;
    }
    lock.await(Wait.LOOKUP, dir);
    ls.send(dir, new Lookup(lock.id, res.name));
    return false;
  }

  /** The master is who it was thought to be: the others go on. */
  void confirm(Rsb res) {
    res.first = null;
    List<Lkb> ready = List.copyOf(res.lookups);
    res.lookups.clear();
    for (Lkb lock : ready) {
      lock.onLookups = false;
      ls.operations.request(lock);
    }
  }

  /** The lock that was to find the master out is gone: the next one does it. */
  void passOn(Rsb res, Lkb from) {
    if (res.first == from) {
      res.first = null;
      Lkb next = res.lookups.poll();
      if (next != null) {
        next.onLookups = false;
        res.first = next;
        ls.operations.request(next);
      }
    }
  }

  /** The node that was thought to be the master is not: look again. */
  void refused(Lkb lock, int by) {
    Rsb res = lock.res;
    if (res.master == by && !res.hasQueuedLocks()) {
      res.master = Rsb.UNKNOWN;
    }
    if (lock.overlapCancel || lock.overlapUnlock) {
      ls.operations.endOverlapped(lock);
    } else {
      ls.operations.request(lock);
    }
  }

  void onLookup(int from, Lookup lookup) {
    if (ls.directory.nodeOf(lookup.name()) == ls.self) {
      int master = ls.directory.lookup(lookup.name(), from);
      ls.send(from, new LookupReply(lookup.lkid(), master));
    }
  }

  void onLookupReply(int from, LookupReply reply) {
    Lkb lock = ls.locks.get(reply.lkid());
    if (lock == null
        || lock.wait != Wait.LOOKUP
        || lock.waitNode != from
        || !ls.members.contains(reply.master())) {
      return;
    }
    lock.stopWaiting();
    lock.res.master = reply.master();
    if (lock.overlapCancel || lock.overlapUnlock) {
      ls.operations.endOverlapped(lock);
    } else {
      ls.operations.request(lock);
    }
  }

  void onRemove(int from, Remove remove) {
    ls.directory.remove(remove.name(), from);
  }
}
