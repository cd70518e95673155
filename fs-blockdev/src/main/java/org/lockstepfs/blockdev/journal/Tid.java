package org.lockstepfs.blockdev.journal;

/** Transaction ids: 32 bits that wrap around, compared by distance as jbd2's tid_geq does. */
final class Tid {
  private Tid() {}

  /** Returns whether {@code a} is {@code b} or a later one. */
  static boolean isAtLeast(int a, int b) {
    return a - b >= 0;
  }
}
