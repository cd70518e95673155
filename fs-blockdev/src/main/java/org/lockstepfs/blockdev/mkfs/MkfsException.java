package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;

/** A volume cannot be made as asked; the message is one line for the user. */
public final class MkfsException extends IOException {
  private static final long serialVersionUID = 1;

  /** Creates a refusal. */
  public MkfsException(String message) {
    super(message);
  }
}
