package org.lockstepfs.fuse.vfs;

/** Who asks, and how they take a request back. */
public interface Request {

  /** Returns the number that identifies the request on its connection. */
  long unique();

  /** Returns the caller's file-system user id. */
  int uid();

  /** Returns the caller's file-system group id. */
  int gid();

  /** Returns the caller's process (thread) id. */
  int pid();

  /**
   * Runs {@code action} once if the caller is interrupted by a signal; at once if that happened
   * already. The request must be answered all the same. Only one action per request.
   */
  void onInterrupt(Runnable action);
}
