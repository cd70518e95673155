package org.lockstepfs.locks.o2dlm;

/**
 * Flag bits of lock operations, as callers pass them and as messages carry them.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmapi.h, LKM_*.
 */
public final class DlmFlags {
  /** This node is sure that nobody else knows the resource: master it without asking. */
  public static final int LOCAL = 0x00000080;

  /** Read or write the lock value block with this operation. */
  public static final int VALBLK = 0x00000100;

  /** Complete with {@link DlmStatus#NOTQUEUED} instead of waiting. */
  public static final int NOQUEUE = 0x00000200;

  /** Change the mode of an existing lock. */
  public static final int CONVERT = 0x00000400;

  /** Withdraw the outstanding conversion or request. */
  public static final int CANCEL = 0x00002000;

  /** Invalidate the value block at unlock; accepted, without effect, as in the kernel. */
  public static final int INVVALBLK = 0x00008000;

  /** On the wire: a value block follows that shall be stored in the resource. */
  public static final int PUT_LVB = 0x20000000;

  /** On the wire: the requester wants the value block with its AST; in an AST: it follows. */
  public static final int GET_LVB = 0x40000000;

  /** The request belongs to recovery and does not wait for it. */
  public static final int RECOVERY = 0x80000000;

  private DlmFlags() {}
}
