package org.lockstepfs.stack.o2net;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.stack.config.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of all connections that this node accepts: finds out who it is, and whether one from there
 * is due (o2net_accept_one). Belongs to the event loop thread.
 */
final class Acceptor implements Connection.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
  private static final int MAX_UNIDENTIFIED = 64;

  private final ClusterNode self;
  private final Handshake ours;
  private final Admission admission;
  private final Map<Integer, Peer> peers;
  private final NetTimeouts timeouts;
  private final EventLoop loop;
  private int unidentified;

  Acceptor(
      ClusterNode self,
      Handshake ours,
      Admission admission,
      Map<Integer, Peer> peers,
      NetTimeouts timeouts,
      EventLoop loop) {
    this.self = self;
    this.ours = ours;
    this.admission = admission;
    this.peers = peers;
    this.timeouts = timeouts;
    this.loop = loop;
  }

  @Override
  public void opened(Connection connection) {
    unidentified++;
    InetAddress source = sourceOf(connection);
    if (!admission.known(source)) {
      LOG.warn("o2net: attempt to connect from unknown node at {}", source.getHostAddress());
      connection.close("unknown node");
      return;
    }
    admission
        .bySource(source)
        .ifPresentOrElse(node -> admit(connection, node), () -> awaitIdentity(connection));
  }

  private static InetAddress sourceOf(Connection connection) {
    return ((InetSocketAddress) connection.remoteAddress()).getAddress();
  }

  private void awaitIdentity(Connection connection) {
    if (unidentified > MAX_UNIDENTIFIED) {
      connection.close("too many connections that name no node");
      return;
    }
    loop.schedule(
        () -> {
          if (connection.node() < 0) {
            connection.close("no handshake");
          }
        },
        timeouts.idleTimeoutMs(),
        TimeUnit.MILLISECONDS);
  }

  /** Takes the connection as the node's, if one from that node is due; answers the handshake. */
  private void admit(Connection connection, ClusterNode node) {
    unidentified--;
    connection.identify(node.number());
    Peer peer = peers.get(node.number());
    if (node.number() <= self.number()) {
      LOG.warn("o2net: unexpected connect attempt from node {}", node.number());
      connection.close("lower nodes do not connect");
    } else if (!peer.isWanted()) {
      LOG.debug("o2net: node {} connects but its heartbeat is not seen yet", node.number());
      connection.close("not heartbeating");
    } else if (peer.hasConnection()) {
      LOG.warn("o2net: node {} connects but already has a connection", node.number());
      connection.close("has a connection");
    } else {
      peer.attach(connection);
      connection.sendHandshake(ours);
    }
  }

  @Override
  public void handshake(Connection connection, Handshake theirs) {
    if (connection.node() < 0) {
      admission
          .byHandshake(sourceOf(connection), theirs)
          .ifPresentOrElse(
              node -> admit(connection, node), () -> connection.close("names no node"));
    }
    Peer peer = peers.get(connection.node());
    if (peer != null) {
      peer.judge(connection, ours, theirs);
    }
  }

  @Override
  public void recovered(Connection connection) {
    peers.get(connection.node()).recovered();
  }

  @Override
  public void idle(Connection connection) {
    peers.get(connection.node()).idle();
  }

  @Override
  public void closed(Connection connection, String reason) {
    Peer peer = peers.get(connection.node());
    if (connection.node() < 0) {
      unidentified--;
    } else if (peer != null) {
      peer.closed(connection, reason);
    }
  }
}
