package org.lockstepfs.stack.user;

import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.node.LockDomain;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2net.Transport;

/** The real {@link UserDomain} for a simulation: its time, network and node are the simulator's. */
public final class SteppedUserDomain {
  /** Message type of the lock managers' messages. */
  public static final int LOCK_TYPE = UserDomain.LOCK_TYPE;

  /** Message type of the control messages. */
  public static final int CONTROL_TYPE = UserDomain.CONTROL_TYPE;

  /** Bytes before a lock manager's message: the lives of both ends and the number. */
  public static final int HEADER = PeerLink.HEADER;

  private final UserDomain domain;

  /** Makes a domain that has not joined. */
  public SteppedUserDomain(LockDomains.Setup setup, Transport net) {
    domain = new UserDomain(setup, net);
  }

  /** Returns the domain. */
  public LockDomain domain() {
    return domain;
  }

  /** Returns the domain as what hears of heartbeats. */
  public HeartbeatListener listener() {
    return domain;
  }

  /** Returns its lock manager. */
  public FsDlm engine() {
    return domain.engine();
  }

  /** Returns what the lock manager has granted to an idle lock; null if it has none such. */
  public static LockMode granted(Lksb lksb) {
    boolean idle =
        lksb.pluginHandle() instanceof UserLock lock && lock.lkb() != null && lock.lkb().isIdle();
    return idle ? ((UserLock) lksb.pluginHandle()).lkb().mode() : null;
  }

  /** Returns whether the lock manager knows the lock. */
  public static boolean isKnown(Lksb lksb) {
    return lksb != null && lksb.pluginHandle() instanceof UserLock lock && lock.lkb() != null;
  }
}
