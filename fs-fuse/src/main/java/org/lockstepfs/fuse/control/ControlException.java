package org.lockstepfs.fuse.control;

import java.io.IOException;

/** A request that the daemon refused; the message is one line for the user. */
public final class ControlException extends IOException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  /**
   * Makes a refusal.
   *
   * @param exitCode what the command shall exit with, in mount(8)'s terms
   */
  public ControlException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Returns what the command shall exit with. */
  public int exitCode() {
    return exitCode;
  }
}
