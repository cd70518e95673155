package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A heartbeat that goes on while its volume is not mounted. A mount brings its own, for each of its
 * lives needs a generation that no other had; this one pauses meanwhile. In between this node is
 * not seen on the volume for a moment, which means nothing while it has no lock domain. By votes it
 * goes on beside the mount's, under another name: leaving and joining again would cost the others a
 * vote in between. Thread-safe.
 */
final class HeldHeartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(HeldHeartbeat.class);

  private final StackNode node;
  private final Running running;
  private final String uuid;
  private final HeartbeatRegion region;
  private Presence presence;
  private boolean mounted;
  private boolean ended;

  /** Read by those whom a start that waits may be waiting for. */
  private volatile Presence steady;

  HeldHeartbeat(StackNode node, Running running, String uuid, HeartbeatRegion region) {
    this.node = node;
    this.running = running;
    this.uuid = uuid;
    this.region = region;
  }

  /** Returns whether it is to be paused while the volume is mounted. */
  boolean pausesForMounts() {
    return running.votes().isEmpty();
  }

  /** Beats unless it is paused; returns when this node is a member. */
  synchronized void start() throws IOException {
    if (mounted || ended || presence != null) {
      return;
    }
    presence = Presence.make(node, running, pausesForMounts() ? uuid : "held " + uuid, region);
    try {
      presence.start();
      running.awaitMembership();
      steady = presence;
    } catch (IOException | RuntimeException e) {
      stop();
      throw e;
    }
  }

  /**
   * A mount takes over.
   *
   * @throws ErrnoException EBUSY if lock domains without a volume need this heartbeat
   */
  synchronized void pause() throws ErrnoException {
    if (!pausesForMounts()) {
      return;
    }
    checkUnneeded();
    mounted = true;
    stop();
  }

  private void checkUnneeded() throws ErrnoException {
    if (presence != null && running.pins().count() > 0) {
      throw new ErrnoException(
          Errno.EBUSY,
          "lock domains depend on the heartbeat that 'lockstep hb start' began on volume "
              + uuid
              + ": leave them first");
    }
  }

  /** The mount is gone. */
  synchronized void goOn() {
    mounted = false;
    try {
      start();
    } catch (IOException e) {
      LOG.error("volume {}: its heartbeat, which is referred to, does not go on", uuid, e);
    }
  }

  /**
   * Beats no more.
   *
   * @throws ErrnoException EBUSY if lock domains without a volume need this heartbeat; it goes on
   */
  synchronized void end() throws ErrnoException {
    checkUnneeded();
    ended = true;
    stop();
  }

  private void stop() {
    if (presence != null) {
      steady = null;
      presence.stop();
      presence = null;
    }
  }

  /** Returns what the control files show of it; empty while it starts or pauses. */
  Optional<StackStatus.Volume> status() {
    Presence beating = steady;
    return beating == null
        ? Optional.empty()
        : Optional.of(
            new StackStatus.Volume(
                uuid,
                TimeUnit.NANOSECONDS.toMillis(beating.ageNanos()),
                List.of(),
                0,
                region,
                running.pins().count()));
  }

  /** Returns what shows that this node lives, or null while that starts or pauses. */
  Presence presence() {
    return steady;
  }
}
