package org.lockstepfs.stack.fence;

/** What fencing does to the process. It never resets the machine. */
public interface Fence {

  /**
   * Says why, and cuts the applications off: their calls fail from now on. The device takes no more
   * writes already. May block; {@link #halt} comes anyway.
   *
   * @param reason one line
   */
  void cutOff(String reason);

  /** Ends the process at once, without any clean-up that could block. */
  void halt();
}
