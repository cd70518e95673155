package org.lockstepfs.stack.config;

import java.io.IOException;

/** A cluster configuration that cannot be used; the message is one line: file, line, reason. */
public final class ConfigException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Makes an error at a line.
   *
   * @param line line number from 1, or 0 when the fault is in the file as a whole
   */
  public ConfigException(String file, int line, String reason) {
    super(file + (line > 0 ? ":" + line : "") + ": " + reason);
  }
}
