package org.lockstepfs.stack.glue;

import jnr.constants.platform.Errno;

/**
 * Lock status block: one per lock that the file system holds or wants, made by the file system and
 * passed back in every callback. Carries the lock value block of the last completed operation.
 */
public final class Lksb {
  /** Length of a lock value block in bytes. */
  public static final int LVB_LENGTH = 64;

  private final Object owner;
  private final byte[] lvb = new byte[LVB_LENGTH];
  private volatile Errno status;
  private volatile boolean lvbValid = true;
  private Object pluginHandle;

  /**
   * Makes a status block.
   *
   * @param owner the file system's own object for this lock, for its callbacks
   */
  public Lksb(Object owner) {
    this.owner = owner;
  }

  /** Returns the file system's own object for this lock. */
  public Object owner() {
    return owner;
  }

  /**
   * Returns the result of the operation that last completed; null means success. {@code EAGAIN}: a
   * NOQUEUE request was not grantable. {@code ECANCELED}: a cancel won. Read it in the lock AST.
   */
  public Errno status() {
    return status;
  }

  /** Set by the plug-in before it calls an AST. */
  public void status(Errno newStatus) {
    status = newStatus;
  }

  /** Returns the value block itself; big-endian content is the file system's business. */
  public byte[] lvb() {
    return lvb;
  }

  /** Returns whether the plug-in vouches for the value block (always true on o2cb). */
  public boolean lvbValid() {
    return lvbValid;
  }

  /** Set by the plug-in before it calls an AST. */
  public void lvbValid(boolean valid) {
    lvbValid = valid;
  }

  /** Returns the plug-in's own state for this lock; null until the first lock call. */
  public Object pluginHandle() {
    return pluginHandle;
  }

  /** Set by the plug-in at the first lock call. */
  public void pluginHandle(Object handle) {
    pluginHandle = handle;
  }
}
