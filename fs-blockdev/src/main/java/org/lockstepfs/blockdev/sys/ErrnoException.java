package org.lockstepfs.blockdev.sys;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** An {@link IOException} that carries the {@code errno} an application shall see. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1;

  private final Errno errno;

  /**
   * Creates an error.
   *
   * @param errno the error number for the application
   * @param message what failed and where; goes to the log, not to the application
   */
  public ErrnoException(Errno errno, String message) {
    super(message + ": " + errno.name());
    this.errno = errno;
  }

  /** Returns the error number for the application. */
  public Errno errno() {
    return errno;
  }
}
