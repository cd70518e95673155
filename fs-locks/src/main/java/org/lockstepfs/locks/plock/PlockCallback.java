package org.lockstepfs.locks.plock;

/** Told once how a request ended. May call the engine again. */
@FunctionalInterface
public interface PlockCallback {
  /**
   * Takes the answer.
   *
   * @param conflict for a test, the lock in the way, or null; null for every other request
   */
  void done(PlockResult result, PlockConflict conflict);
}
