package org.lockstepfs.stack.o2net;

import org.lockstepfs.stack.config.ClusterNode;

/** Hears of one connection that this node makes to a peer. */
final class Outgoing implements Connection.Owner {
  private final ClusterNode self;
  private final Peer peer;
  private final NetTimeouts timeouts;

  Outgoing(ClusterNode self, Peer peer, NetTimeouts timeouts) {
    this.self = self;
    this.peer = peer;
    this.timeouts = timeouts;
  }

  @Override
  public void opened(Connection connection) {
    connection.identify(peer.node().number());
    peer.attach(connection);
    if (peer.isWanted()) {
      connection.sendHandshake(Handshake.of(self.number(), timeouts));
    } else {
      connection.close("stopped heartbeating");
    }
  }

  @Override
  public void handshake(Connection connection, Handshake theirs) {
    peer.judge(connection, Handshake.of(self.number(), timeouts), theirs);
  }

  @Override
  public void recovered(Connection connection) {
    peer.recovered();
  }

  @Override
  public void idle(Connection connection) {
    peer.idle();
  }

  @Override
  public void closed(Connection connection, String reason) {
    peer.closed(connection, reason);
  }
}
