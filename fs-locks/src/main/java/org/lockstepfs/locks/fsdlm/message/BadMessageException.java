package org.lockstepfs.locks.fsdlm.message;

import java.io.IOException;

/** A peer sent bytes that are no message. The text names the message, the field and its value. */
public final class BadMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  BadMessageException(String what) {
    super(what);
  }
}
