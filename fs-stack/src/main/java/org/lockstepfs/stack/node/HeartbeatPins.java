package org.lockstepfs.stack.node;

import java.util.HashSet;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps heartbeats going for lock domains that have none of their own: a volume's heartbeat does
 * not end while such a domain is joined and the heartbeat alone shows that some node lives. Else
 * this node and the others would take each other for dead, and each take over what the other holds.
 * Thread-safe.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/heartbeat.c, o2hb_region_pin.
 */
final class HeartbeatPins {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatPins.class);

  /** Other nodes come and go meanwhile. */
  private static final int RECHECK_MS = 200;

  private final LiveNodes liveNodes;
  private final Set<String> domains = new HashSet<>();
  private final Set<Object> ending = new HashSet<>();

  HeartbeatPins(LiveNodes liveNodes) {
    this.liveNodes = liveNodes;
  }

  /**
   * A domain is about to be joined.
   *
   * @throws ErrnoException ENOTCONN if the last heartbeat that it needs is just ending
   */
  synchronized void pin(String domain) throws ErrnoException {
    if (liveNodes.carry(ending)) {
      throw new ErrnoException(
          Errno.ENOTCONN, "lock domain " + domain + ": a volume is just being left; try again");
    }
    domains.add(domain);
  }

  /** A domain is left. */
  synchronized void unpin(String domain) {
    domains.remove(domain);
    notifyAll();
  }

  synchronized int count() {
    return domains.size();
  }

  /** Waits until a heartbeat may end; {@link #ended} follows. An interrupt ends the wait, too. */
  synchronized void awaitUnneeded(String volume, Object region) {
    ending.add(region);
    boolean said = false;
    try {
      while (!domains.isEmpty() && liveNodes.carry(ending)) {
        if (!said) {
          LOG.warn(
              "volume {}: its heartbeat goes on until lock domains {} are left", volume, domains);
          said = true;
        }
        ending.remove(region);
        wait(RECHECK_MS);
        ending.add(region);
      }
    } catch (InterruptedException e) {
      ending.add(region);
      Thread.currentThread().interrupt();
    }
  }

  /** A heartbeat has ended. */
  synchronized void ended(Object region) {
    ending.remove(region);
  }
}
