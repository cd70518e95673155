package org.lockstepfs.fuse.sim;

import java.util.Set;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockFlag;

/** The actor around a node's lock manager on the simulated network, of one stack or the other. */
interface LockDomain {

  // The node's course.

  /** Joins; ends with {@link Life#joined}. */
  void join();

  /** Leaves without locks; ends with {@link Life#left}. */
  void leave();

  /** Returns whether a node is a member, as far as this one knows. */
  boolean counts(int node);

  // Links and deaths.

  void linkUp(int node);

  void linkLost(int node);

  void nodeDown(int node);

  // The network.

  int receive(int from, Object message);

  void replied(long token, int status);

  void sendFailed(long token);

  /** Sends what the last event made. */
  void drain();

  // Calls of the lock cache.

  void lock(SteppedLock lock, LockMode mode, Set<LockFlag> flags);

  void unlock(SteppedLock lock, Set<LockFlag> flags);

  // Checks.

  /** Returns whether it is joined and knows of no recovery that is still to be done. */
  boolean isSettled();

  /** Returns what is known of a lock. */
  String dump(SteppedLock lock);
}
