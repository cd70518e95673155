package org.lockstepfs.fuse.control;

import java.io.IOException;

/** The daemon ends, or has ended: what is asked of it can be asked of the next one. */
public final class StoppingException extends IOException {
  private static final long serialVersionUID = 1;

  /** Makes a refusal. */
  public StoppingException(String message) {
    super(message);
  }
}
