package org.lockstepfs.locks.mode;

/**
 * Which way a value block goes when a lock is granted in another mode.
 *
 * <p>Source: Linux fs/dlm/lock.c, dlm_lvb_operations.
 */
public enum LvbDirection {
  /** From the resource to the caller. */
  TO_CALLER,
  /** From the caller to the resource. */
  TO_RESOURCE,
  /** It stays where it is. */
  NONE;

  /**
   * Returns the direction of a grant: a new lock and an equal or stronger mode read, whoever leaves
   * PW or EX for anything but PW to EX writes, EX to EX writes, other weaker modes do neither.
   *
   * @param from the mode held before, or null for a new lock
   */
  public static LvbDirection of(LockMode from, LockMode to) {
    if (from == LockMode.EX || (from == LockMode.PW && to != LockMode.EX)) {
      return TO_RESOURCE;
    }
    return from == null || !from.strongerThan(to) ? TO_CALLER : NONE;
  }
}
