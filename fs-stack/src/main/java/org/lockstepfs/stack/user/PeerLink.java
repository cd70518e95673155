package org.lockstepfs.stack.user;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.stack.o2net.SendResult;
import org.lockstepfs.stack.o2net.Transport;

/**
 * Brings one life of another node the lock manager's messages, each once and in order, over links
 * that break and come back: messages are numbered and sent again until they are confirmed. Used
 * inside one mailbox.
 */
final class PeerLink {
  /** Bytes before the message: both lives and the number. */
  static final int HEADER = 3 * Long.BYTES;

  /** More than the engine has under way to one node. */
  private static final int MAX_UNCONFIRMED = 1 << 20;

  private final Transport net;
  private final int key;
  private final long selfIncarnation;
  private final Member peer;
  private final Executor mailbox;
  private final Deque<byte[]> unconfirmed = new ArrayDeque<>();
  private long last;
  private int attempt;
  private boolean waiting;
  private boolean closed;

  PeerLink(Transport net, int key, long selfIncarnation, Member peer, Executor mailbox) {
    this.net = net;
    this.key = key;
    this.selfIncarnation = selfIncarnation;
    this.peer = peer;
    this.mailbox = mailbox;
  }

  Member peer() {
    return peer;
  }

  /** Sends a message; returns false if there is no more room, and the link is useless then. */
  boolean send(byte[] message) {
    if (unconfirmed.size() >= MAX_UNCONFIRMED) {
      return false;
    }
    byte[] frame =
        ByteBuffer.allocate(HEADER + message.length)
            .putLong(selfIncarnation)
            .putLong(peer.incarnation())
            .putLong(++last)
            .put(message)
            .array();
    unconfirmed.add(frame);
    if (!waiting) {
      transmit(frame);
    }
    return true;
  }

  private void transmit(byte[] frame) {
    int of = attempt;
    net.send(
        peer.node(),
        UserDomain.LOCK_TYPE,
        key,
        frame,
        (result, status) -> mailbox.execute(() -> answered(of, result, status)));
  }

  private void answered(int of, SendResult result, int status) {
    if (closed || of != attempt) {
      return;
    }
    if (result == SendResult.DELIVERED && status == 0) {
      unconfirmed.remove();
    } else {
      attempt++;
      waiting = true;
    }
  }

  /** Sends again what was not confirmed, if something went wrong. */
  void retry() {
    if (waiting && !closed) {
      waiting = false;
      unconfirmed.forEach(this::transmit);
    }
  }

  void close() {
    closed = true;
    unconfirmed.clear();
  }
}
