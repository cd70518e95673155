package org.lockstepfs.stack.user;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.Transport;

/**
 * The links of one lockspace to its members, both directions. Used inside one mailbox; what comes
 * from another life than the one that heartbeats is not taken.
 */
final class PeerLinks {
  private static final int TAKEN = 0;
  private static final int EAGAIN_STATUS = -11;
  private static final int EINVAL_STATUS = -22;

  private static final class Incoming {
    final long incarnation;
    long last;

    Incoming(long incarnation) {
      this.incarnation = incarnation;
    }
  }

  private final Transport net;
  private final int key;
  private final long selfIncarnation;
  private final IntFunction<OptionalLong> generations;
  private final Executor mailbox;
  private final BiConsumer<Integer, ByteBuffer> receiver;
  private final Map<Integer, PeerLink> outgoing = new HashMap<>();
  private final Map<Integer, Incoming> incoming = new HashMap<>();
  private Map<Integer, Long> members = Map.of();

  /**
   * Makes links to nobody.
   *
   * @param generations heartbeat generation of a node that is live on the volume
   * @param receiver takes a node's messages, each once and in order
   */
  PeerLinks(
      Transport net,
      int key,
      long selfIncarnation,
      IntFunction<OptionalLong> generations,
      Executor mailbox,
      BiConsumer<Integer, ByteBuffer> receiver) {
    this.net = net;
    this.key = key;
    this.selfIncarnation = selfIncarnation;
    this.generations = generations;
    this.mailbox = mailbox;
    this.receiver = receiver;
  }

  /** These are the members from now on, lives by node number. */
  void members(Map<Integer, Long> now) {
    members = Map.copyOf(now);
    outgoing.values().removeIf(this::closeIfGone);
  }

  private boolean closeIfGone(PeerLink link) {
    Long life = members.get(link.peer().node());
    boolean gone = life == null || life != link.peer().incarnation();
    if (gone) {
      link.close();
    }
    return gone;
  }

  /** Sends a message to a member; returns false if it cannot be kept until it is confirmed. */
  boolean send(int node, byte[] message) {
    Long life = members.get(node);
    if (life == null) {
      return true;
    }
    return outgoing
        .computeIfAbsent(
            node, n -> new PeerLink(net, key, selfIncarnation, new Member(n, life), mailbox))
        .send(message);
  }

  void retry() {
    outgoing.values().forEach(PeerLink::retry);
  }

  void close() {
    outgoing.values().forEach(PeerLink::close);
    outgoing.clear();
  }

  void receive(MessageHandler.Request request) {
    if (request.payload().length < PeerLink.HEADER) {
      request.answer(EINVAL_STATUS);
      return;
    }
    ByteBuffer frame = ByteBuffer.wrap(request.payload());
    long from = frame.getLong();
    long to = frame.getLong();
    long number = frame.getLong();
    OptionalLong life = generations.apply(request.from());
    if (to != selfIncarnation) {
      request.answer(TAKEN);
    } else if (life.isEmpty() || life.getAsLong() != from) {
      request.answer(EAGAIN_STATUS);
    } else {
      Incoming link = incoming.get(request.from());
      if (link == null || link.incarnation != from) {
        link = new Incoming(from);
        incoming.put(request.from(), link);
      }
      if (number == link.last + 1) {
        link.last = number;
        receiver.accept(request.from(), frame);
      }
      request.answer(number <= link.last ? TAKEN : EAGAIN_STATUS);
    }
  }
}
