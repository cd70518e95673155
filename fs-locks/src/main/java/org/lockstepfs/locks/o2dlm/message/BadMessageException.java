package org.lockstepfs.locks.o2dlm.message;

import java.io.IOException;

/** A peer sent a payload that cannot be what it says. The message names type, field and value. */
public final class BadMessageException extends IOException {
  private static final long serialVersionUID = 1L;
  private final int status;

  BadMessageException(MessageType type, String what, int status) {
    super(type + ": " + what);
    this.status = status;
  }

  /** Returns the o2net status to answer with, as the kernel's handler would. */
  public int status() {
    return status;
  }
}
