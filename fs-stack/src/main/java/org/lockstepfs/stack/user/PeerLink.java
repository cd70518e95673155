package org.lockstepfs.stack.user;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.stack.o2net.ConfirmedLink;
import org.lockstepfs.stack.o2net.Transport;

/**
 * Brings one life of another node the lock manager's messages, each once and in order: they are
 * numbered, and name both lives. Used inside one mailbox.
 */
final class PeerLink {
  /** Bytes before the message: both lives and the number. */
  static final int HEADER = 3 * Long.BYTES;

  private final long selfIncarnation;
  private final Member peer;
  private final ConfirmedLink link;
  private long last;

  PeerLink(Transport net, int key, long selfIncarnation, Member peer, Executor mailbox) {
    this.selfIncarnation = selfIncarnation;
    this.peer = peer;
    this.link =
        new ConfirmedLink(net, peer.node(), UserDomain.LOCK_TYPE, key, mailbox, failed -> {});
  }

  Member peer() {
    return peer;
  }

  /** Sends a message; returns false if there is no more room, and the link is useless then. */
  boolean send(byte[] message) {
    return link.send(
        ByteBuffer.allocate(HEADER + message.length)
            .putLong(selfIncarnation)
            .putLong(peer.incarnation())
            .putLong(++last)
            .put(message)
            .array());
  }

  /** Sends again what was not confirmed, if something went wrong. */
  void retry() {
    link.retry();
  }

  void close() {
    link.close();
  }
}
