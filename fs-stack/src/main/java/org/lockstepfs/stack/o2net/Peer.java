package org.lockstepfs.stack.o2net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.stack.config.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's end of the link to one other configured node ({@code struct o2net_node}). Belongs to
 * the event loop thread.
 *
 * <p>Connections are wanted from the moment the peer's heartbeat is seen until it is lost. Attempts
 * repeat every reconnect delay until one passes the handshake. A link that was up and broke while
 * the peer goes on beating is not made again: the peer may have missed messages, so heartbeat and
 * quorum have to decide which side goes on. The exception is a link that had been reported idle; it
 * is made again only to the same incarnation.
 *
 * <p>So messages of an older incarnation never reach a handler: its link is closed when its
 * heartbeat is lost or changes its generation, and what comes back gets a link only afterwards.
 */
final class Peer {
  private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

  /** What a peer needs of its surroundings. */
  interface Net {
    /** Starts to connect; the connection's owner hears how it ends. */
    void connect(Peer peer);

    void linkUp(Peer peer);

    void linkError(Peer peer, String reason);
  }

  private record Waiting(int type, int key, byte[] payload, SendListener listener) {}

  private final ClusterNode node;
  private final boolean connects;
  private final NetTimeouts timeouts;
  private final EventLoop loop;
  private final Net net;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private Connection connection;
  private boolean attempting;
  private volatile boolean up;
  private volatile boolean lockstep;
  private boolean heartbeating;
  private boolean givenUp = true;
  private boolean idleSeen;
  private boolean missed;
  private Handshake bound;
  private ScheduledFuture<?> connectTimer;
  private ScheduledFuture<?> expiry;

  /**
   * Makes the state for a peer that is not known to be alive.
   *
   * @param connects whether this node is the one that connects: its number is the higher
   */
  Peer(ClusterNode node, boolean connects, NetTimeouts timeouts, EventLoop loop, Net net) {
    this.node = node;
    this.connects = connects;
    this.timeouts = timeouts;
    this.loop = loop;
    this.net = net;
  }

  ClusterNode node() {
    return node;
  }

  /** Returns whether messages pass; readable from any thread. */
  boolean isUp() {
    return up;
  }

  /** Returns whether its last handshake was a Lockstep node's; readable from any thread. */
  boolean isLockstep() {
    return lockstep;
  }

  /**
   * Returns whether a connection from the peer would be taken: it heartbeats, and no link to it
   * broke since it began to. After a break it may be another incarnation that connects, and
   * heartbeat has to tell first that the old one is gone.
   */
  boolean isWanted() {
    return heartbeating && !givenUp;
  }

  boolean hasConnection() {
    return connection != null || attempting;
  }

  void nodeUp() {
    heartbeating = true;
    idleSeen = false;
    if (givenUp) {
      givenUp = false;
      armExpiry();
      tryConnect();
    }
  }

  void nodeDown() {
    heartbeating = false;
    bound = null;
    idleSeen = false;
    giveUp("stopped heartbeating");
  }

  /** Nobody counts the peer live, but a link is wanted: one that was given up is tried again. */
  void reopen() {
    if (givenUp) {
      nodeDown();
      nodeUp();
    }
  }

  /** Sends, or keeps the message until the link is up, or fails it at once. */
  void send(int type, int key, byte[] payload, SendListener listener) {
    if (up) {
      connection.send(type, key, payload, listener);
    } else if (givenUp) {
      listener.done(SendResult.NOT_CONNECTED, 0);
    } else if (waiting.size() >= Connection.MAX_QUEUED) {
      listener.done(SendResult.OVERLOADED, 0);
    } else {
      waiting.add(new Waiting(type, key, payload, listener));
    }
  }

  /** A socket to or from this peer exists; its handshake is still to come. */
  void attach(Connection newConnection) {
    attempting = false;
    connection = newConnection;
  }

  /** The connect attempt failed before there was a socket. */
  void connectFailed(String reason) {
    attempting = false;
    LOG.debug("o2net: no connection to node {}: {}", node.number(), reason);
    retryLater();
  }

  /**
   * Takes or refuses a connection by its handshake; one that is not this peer's any more is passed
   * over.
   */
  void judge(Connection from, Handshake ours, Handshake theirs) {
    if (connection != from) {
      return;
    }
    int expected = node.number();
    if (theirs.sender().orElse(expected) != expected) {
      handshakeBad("says that it is node " + theirs.sender().getAsInt());
      return;
    }
    if (bound != null && bound.incarnation() != theirs.incarnation()) {
      handshakeBad("has started anew, and the heartbeat of its last life is not over yet");
      return;
    }
    ours.disagreement(theirs).ifPresentOrElse(this::handshakeBad, () -> handshakeOk(from, theirs));
  }

  private void handshakeOk(Connection from, Handshake theirs) {
    lockstep = theirs.sender().isPresent();
    bound = theirs;
    from.accept();
    up = true;
    missed = false;
    givenUp = false;
    idleSeen = false;
    cancel(expiry);
    expiry = null;
    LOG.info("o2net: connected with node {} ({})", node.number(), node.name());
    net.linkUp(this);
    for (Waiting w = waiting.poll(); w != null && up; w = waiting.poll()) {
      connection.send(w.type(), w.key(), w.payload(), w.listener());
    }
  }

  /** The peer is not one that we can talk to; no more attempts until it heartbeats anew. */
  private void handshakeBad(String reason) {
    LOG.warn("o2net: node {} ({}) {}", node.number(), node.name(), reason);
    giveUp(reason);
  }

  void idle() {
    idleSeen = true;
    LOG.warn("o2net: link to node {} idle for {} ms", node.number(), timeouts.idleTimeoutMs());
    net.linkError(this, "idle for " + timeouts.idleTimeoutMs() + " ms");
  }

  void recovered() {
    if (idleSeen) {
      idleSeen = false;
      net.linkUp(this);
    }
  }

  void closed(Connection closed, String reason) {
    if (connection != closed) {
      return;
    }
    boolean wasUp = up;
    connection = null;
    up = false;
    if (wasUp) {
      LOG.info("o2net: no longer connected with node {}: {}", node.number(), reason);
      givenUp = !idleSeen;
      net.linkError(this, reason);
      armExpiry();
    }
    if (givenUp) {
      failWaiting();
    } else {
      retryLater();
    }
  }

  private void giveUp(String reason) {
    givenUp = true;
    cancel(connectTimer);
    cancel(expiry);
    connectTimer = null;
    expiry = null;
    failWaiting();
    Connection old = connection;
    connection = null;
    if (up) {
      up = false;
      LOG.info("o2net: no longer connected with node {}: {}", node.number(), reason);
      net.linkError(this, reason);
    }
    if (old != null) {
      old.close(reason);
    }
  }

  private void failWaiting() {
    for (Waiting w = waiting.poll(); w != null; w = waiting.poll()) {
      w.listener().done(SendResult.NOT_CONNECTED, 0);
    }
  }

  private void tryConnect() {
    connectTimer = null;
    if (connects && heartbeating && !givenUp && !hasConnection()) {
      attempting = true;
      net.connect(this);
    }
  }

  private void retryLater() {
    if (connects && heartbeating && !givenUp && connectTimer == null) {
      connectTimer =
          loop.schedule(this::tryConnect, timeouts.reconnectDelayMs(), TimeUnit.MILLISECONDS);
    }
  }

  /** Senders wait for a link no longer than the idle time-out; attempts go on. */
  private void armExpiry() {
    if (!givenUp && expiry == null) {
      expiry = loop.schedule(this::expired, timeouts.idleTimeoutMs(), TimeUnit.MILLISECONDS);
    }
  }

  private void expired() {
    expiry = null;
    if (!up) {
      if (!missed) {
        LOG.warn(
            "o2net: no connection with node {} after {} ms; check network and configuration",
            node.number(),
            timeouts.idleTimeoutMs());
      }
      missed = true;
      failWaiting();
      armExpiry();
    }
  }

  private static void cancel(ScheduledFuture<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
