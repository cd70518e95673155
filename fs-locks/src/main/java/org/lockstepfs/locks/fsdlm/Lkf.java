package org.lockstepfs.locks.fsdlm;

/**
 * Flag bits of lock operations, as callers pass them and as messages carry them.
 *
 * <p>Source: Linux include/uapi/linux/dlmconstants.h, DLM_LKF_*.
 */
public final class Lkf {
  /** Complete with {@link FsDlmStatus#EAGAIN} instead of waiting. */
  public static final int NOQUEUE = 0x00000001;

  /** Read or write the value block with this operation. */
  public static final int VALBLK = 0x00000008;

  /** A conversion that queues behind conversions that wait already, instead of going in place. */
  public static final int QUECVT = 0x00000010;

  /** Where the operation would write the value block, mark the resource's invalid instead. */
  public static final int IVVALBLK = 0x00000020;

  /** In a conversion deadlock give up the granted mode, down to NL, instead of EDEADLK. */
  public static final int CONVDEADLK = 0x00000040;

  /** In a conversion deadlock neither fail nor give up: the caller resolves it by a cancel. */
  public static final int NODLCKWT = 0x00000100;

  /** A new NL lock that passes every queue. */
  public static final int EXPEDITE = 0x00000400;

  /** With {@link #NOQUEUE}: ask the holders in the way to give up, although nobody waits. */
  public static final int NOQUEUEBAST = 0x00000800;

  /** Do not mind the order of the queues. */
  public static final int NOORDER = 0x00002000;

  /** Unlock also while an operation is outstanding. */
  public static final int FORCEUNLOCK = 0x00020000;

  /** Flags of a request. */
  static final int REQUEST_FLAGS =
      NOQUEUE | VALBLK | IVVALBLK | NODLCKWT | EXPEDITE | NOQUEUEBAST | NOORDER;

  /** Flags of a conversion. */
  static final int CONVERT_FLAGS =
      NOQUEUE | VALBLK | QUECVT | IVVALBLK | CONVDEADLK | NODLCKWT | NOQUEUEBAST | NOORDER;

  /** Flags of an unlock. */
  static final int UNLOCK_FLAGS = VALBLK | IVVALBLK | FORCEUNLOCK;

  private Lkf() {}
}
