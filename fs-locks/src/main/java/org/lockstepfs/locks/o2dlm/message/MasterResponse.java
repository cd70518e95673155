package org.lockstepfs.locks.o2dlm.message;

/** Status of a {@link MasterRequest}; the ordinal is the value on the wire. */
public enum MasterResponse {
  /** I am not the master and do not want to be. */
  NO,
  /** I am the master, and I have noted your reference. */
  YES,
  /** I want to be the master, too. */
  MAYBE,
  /** The resource is being recovered or migrated: ask me again. */
  ERROR;

  /** Returns the response of a wire value; what no node sends counts as {@link #ERROR}. */
  public static MasterResponse ofWire(int wire) {
    return wire >= 0 && wire < 4 ? values()[wire] : ERROR;
  }
}
