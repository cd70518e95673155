package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.o2dlm.message.DerefLockres;
import org.lockstepfs.locks.o2dlm.message.DerefLockresDone;

/**
 * Forgetting resources that nobody uses: the master drops them, any other node first tells the
 * master that it no longer refers to them. Unused ones wait for 8 s, oldest first, because the next
 * user may come soon; not so when this node leaves.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmthread.c, dlm_run_purge_list, dlm_purge_lockres; dlmmaster.c,
 * dlm_deref_lockres_handler, dlm_deref_lockres_done_handler.
 */
final class Purge {
  static final int IDLE_MS = 8_000;
  private static final int EINVAL = -22;

  private final Domain domain;
  private DlmLockRes oldest;
  private DlmLockRes newest;
  private int count;

  Purge(Domain domain) {
    this.domain = domain;
  }

  /** To be called when a resource may have become used or unused. */
  void review(DlmLockRes res) {
    if (res.has(ResState.DROPPING_REF)) {
      return;
    }
    boolean unused = res.isUnused();
    if (unused && !res.onPurgeList) {
      res.idleSinceMs = domain.timers.nowMs();
      append(res);
    } else if (!unused && res.onPurgeList) {
      remove(res);
    }
  }

  /** Returns when {@link #run} is wanted next. */
  long nextDueMs() {
    return oldest == null ? Long.MAX_VALUE : oldest.idleSinceMs + IDLE_MS;
  }

  /** Drops what has been unused for long, or with {@code all} everything unused. */
  void run(boolean all) {
    long idleBeforeMs = domain.timers.nowMs() - IDLE_MS;
    for (int left = count; left > 0 && oldest != null; left--) {
      DlmLockRes res = oldest;
      if (!all && res.idleSinceMs > idleBeforeMs) {
        return;
      }
      remove(res);
      boolean held = res.isBusy() || res.reserved > 0 || res.migrationPending;
      if (held) {
        res.idleSinceMs = domain.timers.nowMs();
        append(res);
      } else if (res.owner == domain.self) {
        forget(res);
      } else {
        dropReference(res);
      }
    }
  }

  private void dropReference(DlmLockRes res) {
    res.set(ResState.DROPPING_REF);
    domain.send(
        res.owner,
        new DerefLockres(domain.self, res.name),
        status -> {
          if (status != DerefLockres.RESPONSE_INPROG) {
            forget(res);
          }
        },
        error -> forget(res));
  }

  /** Removes the resource for good; whoever waits for that looks it up again. */
  void forget(DlmLockRes res) {
    if (res.onPurgeList) {
      remove(res);
    }
    domain.resources.remove(res.name, res);
    res.clear(ResState.DROPPING_REF);
    domain.wake(res);
  }

  /**
   * Handles DEREF_LOCKRES: replies of one link are taken in order, so the bit is always set before.
   */
  int onDeref(int from, DerefLockres message) {
    DlmLockRes res = domain.resources.get(message.name());
    if (res == null) {
      return EINVAL;
    }
    if (res.asserting > 0) {
      if (res.lateDerefs == null) {
        res.lateDerefs = new NodeMap();
      }
      res.lateDerefs.add(from);
      return DerefLockres.RESPONSE_INPROG;
    }
    res.dropRef(from);
    review(res);
    return DerefLockres.RESPONSE_DONE;
  }

  /** The asserts are over: drops the references that were given up meanwhile, and says so. */
  void dropLateReferences(DlmLockRes res) {
    NodeMap late = res.lateDerefs;
    if (late == null) {
      return;
    }
    res.lateDerefs = null;
    late.forEach(
        node -> {
          res.dropRef(node);
          domain.send(node, new DerefLockresDone(domain.self, res.name), status -> {}, error -> {});
        });
    review(res);
  }

  /** Handles DEREF_LOCKRES_DONE. */
  int onDerefDone(DerefLockresDone message) {
    DlmLockRes res = domain.resources.get(message.name());
    if (res == null) {
      return EINVAL;
    }
    if (res.has(ResState.DROPPING_REF)) {
      forget(res);
    }
    return 0;
  }

  private void append(DlmLockRes res) {
    res.onPurgeList = true;
    res.purgePrevious = newest;
    if (newest == null) {
      oldest = res;
    } else {
      newest.purgeNext = res;
    }
    newest = res;
    count++;
  }

  private void remove(DlmLockRes res) {
    if (res.purgePrevious == null) {
      oldest = res.purgeNext;
    } else {
      res.purgePrevious.purgeNext = res.purgeNext;
    }
    if (res.purgeNext == null) {
      newest = res.purgePrevious;
    } else {
      res.purgeNext.purgePrevious = res.purgePrevious;
    }
    res.onPurgeList = false;
    res.purgePrevious = null;
    res.purgeNext = null;
    count--;
  }
}
