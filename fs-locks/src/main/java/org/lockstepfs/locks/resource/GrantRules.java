package org.lockstepfs.locks.resource;

import org.lockstepfs.locks.mode.LockMode;

/**
 * What may be granted beside the locks that stand in a resource's queues.
 *
 * <p>A converting lock still holds its old mode, so it counts like a granted one; and what it waits
 * for takes precedence over whoever comes later.
 */
public final class GrantRules {
  private GrantRules() {}

  /**
   * Returns whether a new or converting request is compatible with all other locks' granted modes
   * and with all conversions that already wait.
   *
   * <p>Source: Linux fs/ocfs2/dlm/dlmlock.c, dlm_can_grant_new_lock; dlmconvert.c,
   * __dlmconvert_master.
   *
   * @param self the converting lock itself, or null for a new request
   */
  public static <L extends QueuedLock<L>> boolean grantableNow(
      LockQueue<L> granted, LockQueue<L> converting, L self, LockMode wanted) {
    for (L lock = granted.first(); lock != null; lock = granted.after(lock)) {
      if (lock != self && !lock.mode().compatibleWith(wanted)) {
        return false;
      }
    }
    for (L lock = converting.first(); lock != null; lock = converting.after(lock)) {
      if (lock != self
          && !(lock.mode().compatibleWith(wanted) && lock.convertTo().compatibleWith(wanted))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns whether a new or converting request is compatible with what all other locks hold,
   * whatever they wait for.
   *
   * <p>Source: Linux fs/dlm/lock.c, queue_conflict.
   *
   * @param self the converting lock itself, or null for a new request
   */
  public static <L extends QueuedLock<L>> boolean compatibleWithHolders(
      LockQueue<L> granted, LockQueue<L> converting, L self, LockMode wanted) {
    return compatibleWith(granted, self, wanted) && compatibleWith(converting, self, wanted);
  }

  private static <L extends QueuedLock<L>> boolean compatibleWith(
      LockQueue<L> holders, L self, LockMode wanted) {
    for (L lock = holders.first(); lock != null; lock = holders.after(lock)) {
      if (lock != self && !lock.mode().compatibleWith(wanted)) {
        return false;
      }
    }
    return true;
  }
}
