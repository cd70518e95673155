package org.lockstepfs.fuse.path;

import java.util.function.BooleanSupplier;
import org.lockstepfs.fuse.vfs.Request;

/**
 * Who makes a call, as libfuse's context has it. All of it belongs to the thread that libfuse calls
 * on: only there can one ask whether the call was interrupted.
 */
final class Caller implements Request {
  private final long unique;
  private final int uid;
  private final int gid;
  private final int pid;
  private final BooleanSupplier givenUp;
  private Runnable action;

  /**
   * Makes a caller.
   *
   * @param givenUp tells whether the call was interrupted, or the connection has ended
   */
  Caller(long unique, int uid, int gid, int pid, BooleanSupplier givenUp) {
    this.unique = unique;
    this.uid = uid;
    this.gid = gid;
    this.pid = pid;
    this.givenUp = givenUp;
  }

  @Override
  public long unique() {
    return unique;
  }

  @Override
  public int uid() {
    return uid;
  }

  @Override
  public int gid() {
    return gid;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public void onInterrupt(Runnable whenInterrupted) {
    action = whenInterrupted;
    poll();
  }

  /** Runs what is to be done when the call was interrupted, once, if it was. */
  void poll() {
    Runnable toRun = action;
    if (toRun != null && givenUp.getAsBoolean()) {
      action = null;
      toRun.run();
    }
  }
}
