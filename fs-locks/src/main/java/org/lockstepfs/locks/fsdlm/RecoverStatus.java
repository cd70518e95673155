package org.lockstepfs.locks.fsdlm;

/**
 * Bits that say how far a node is in its recovery. The second of each pair means that all nodes
 * have the first.
 *
 * <p>Source: Linux fs/dlm/dlm_internal.h, DLM_RS_*.
 */
public final class RecoverStatus {
  /** It has the new members, and grants nothing. */
  public static final int NODES = 0x01;

  /** All have. */
  public static final int NODES_ALL = 0x02;

  /** Its share of the directory is complete. */
  public static final int DIR = 0x04;

  /** All shares are. */
  public static final int DIR_ALL = 0x08;

  /** The new masters know all its locks. */
  public static final int LOCKS = 0x10;

  /** The new masters know all locks. */
  public static final int LOCKS_ALL = 0x20;

  /** It is done. */
  public static final int DONE = 0x40;

  /** All are; locking goes on. */
  public static final int DONE_ALL = 0x80;

  private RecoverStatus() {}
}
