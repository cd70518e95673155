package org.lockstepfs.stack.o2net;

/** Hears of one connection that this node makes to a peer. */
final class Outgoing implements Connection.Owner {
  private final Handshake ours;
  private final Peer peer;

  Outgoing(Handshake ours, Peer peer) {
    this.ours = ours;
    this.peer = peer;
  }

  @Override
  public void opened(Connection connection) {
    connection.identify(peer.node().number());
    peer.attach(connection);
    if (peer.isWanted()) {
      connection.sendHandshake(ours);
    } else {
      connection.close("stopped heartbeating");
    }
  }

  @Override
  public void handshake(Connection connection, Handshake theirs) {
    peer.judge(connection, ours, theirs);
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
