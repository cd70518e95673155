package org.lockstepfs.stack.plock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.stack.o2net.O2Net;
import org.lockstepfs.stack.o2net.SendResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages to one life of one node: keeps each until its receipt is confirmed, and sends all that
 * are unconfirmed again, in order, when one may have been lost. Lives in the engine's mailbox.
 */
final class PlockLink {
  private static final Logger LOG = LoggerFactory.getLogger(PlockLink.class);

  /** More than the engine has under way to one node. */
  private static final int MAX_UNCONFIRMED = 1 << 18;

  private final O2Net net;
  private final int key;
  private final PlockMember member;
  private final Executor mailbox;
  private final Executor later;
  private final Deque<byte[]> unconfirmed = new ArrayDeque<>();
  private int attempt;
  private boolean waiting;
  private boolean closed;

  PlockLink(O2Net net, int key, PlockMember member, Executor mailbox, Executor later) {
    this.net = net;
    this.key = key;
    this.member = member;
    this.mailbox = mailbox;
    this.later = later;
  }

  PlockMember member() {
    return member;
  }

  void send(byte[] payload) {
    if (unconfirmed.size() >= MAX_UNCONFIRMED) {
      LOG.error("node {} confirms no plock messages; one is dropped", member.node());
      return;
    }
    unconfirmed.add(payload);
    if (!waiting) {
      transmit(payload);
    }
  }

  private void transmit(byte[] payload) {
    int of = attempt;
    net.send(
        member.node(),
        PlockTransport.MESSAGE_TYPE,
        key,
        payload,
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
      later.execute(this::again);
    }
  }

  private void again() {
    if (closed) {
      return;
    }
    waiting = false;
    unconfirmed.forEach(this::transmit);
  }

  void close() {
    closed = true;
    unconfirmed.clear();
  }
}
