package org.lockstepfs.locks.mode;

/**
 * The six modes of a distributed lock, weakest first; the ordinal is the value on the wire.
 *
 * <p>Source: Davis, "VAXcluster Principles", chapter 6; Linux include/uapi/linux/dlmconstants.h.
 */
public enum LockMode {
  /** Null: interest only. */
  NL,
  /** Concurrent read. */
  CR,
  /** Concurrent write. */
  CW,
  /** Protected read: shared. */
  PR,
  /** Protected write. */
  PW,
  /** Exclusive. */
  EX;

  private static final LockMode[] VALUES = values();

  /** For each mode, the bit set of modes that may be granted beside it. */
  private static final int[] COMPATIBLE = {
    0b111111, 0b011111, 0b000111, 0b001011, 0b000011, 0b000001
  };

  /** Returns whether two different holders may hold these modes at once; symmetric. */
  public boolean compatibleWith(LockMode other) {
    return (COMPATIBLE[ordinal()] >> other.ordinal() & 1) != 0;
  }

  /** Returns whether this mode is stronger than {@code other} in the linear order NL to EX. */
  public boolean strongerThan(LockMode other) {
    return ordinal() > other.ordinal();
  }

  /** Returns the value on the wire, 0 to 5. */
  public int wire() {
    return ordinal();
  }

  /**
   * Returns the mode of a wire value.
   *
   * @throws IllegalArgumentException if {@code wire} is not 0 to 5
   */
  public static LockMode ofWire(int wire) {
    if (wire < 0 || wire >= VALUES.length) {
      throw new IllegalArgumentException("lock mode " + wire + " is not 0..5");
    }
    return VALUES[wire];
  }
}
