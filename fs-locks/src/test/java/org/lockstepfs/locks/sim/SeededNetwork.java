package org.lockstepfs.locks.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * The network between simulated nodes: each ordered pair of nodes is a TCP link, on which messages
 * and the replies to the other direction's messages arrive in the order of sending; links overtake
 * each other at random.
 *
 * @param <M> the messages
 */
public final class SeededNetwork<M> {

  /** A node as the network sees it. */
  public interface Node<M> {
    /** Handles a message and returns the status to send back. */
    int onMessage(int from, M message);

    /** A status came back. */
    void onReply(long token, int status);

    /** No status will come: the peer is gone. */
    void onSendFailed(long token);

    /** Sends what the last event made. */
    void drain();
  }

  private record Packet<M>(M message, long token, int status) {}

  private static final class Link<M> {
    final int from;
    final int to;
    final Queue<Packet<M>> queue = new ArrayDeque<>();

    Link(int from, int to) {
      this.from = from;
      this.to = to;
    }
  }

  private final SeededScheduler scheduler;
  private final Map<Integer, Node<M>> nodes = new HashMap<>();
  private final Map<Integer, Link<M>> links = new HashMap<>();
  private final List<Link<M>> busy = new ArrayList<>();

  /** Makes a network whose interleaving the scheduler chooses. */
  public SeededNetwork(SeededScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Connects a node, 0 to 999, to all others. */
  public void attach(int number, Node<M> node) {
    nodes.put(number, node);
  }

  /** Cuts a node off: what is on its links is lost, and its peers learn that no reply will come. */
  public void detach(int number) {
    nodes.remove(number);
    for (Link<M> link : List.copyOf(busy)) {
      if (link.from == number || link.to == number) {
        busy.remove(link);
        List<Packet<M>> lost = List.copyOf(link.queue);
        link.queue.clear();
        lost.forEach(packet -> fail(link, packet));
      }
    }
  }

  private void fail(Link<M> link, Packet<M> packet) {
    Node<M> sender = nodes.get(link.from);
    if (sender != null && packet.message != null && packet.token != 0) {
      sender.onSendFailed(packet.token);
      sender.drain();
    }
  }

  /**
   * Sends a message.
   *
   * @param token names the reply; 0 if none is wanted
   */
  public void send(int from, int to, M message, long token) {
    scheduler.trace(() -> from + "->" + to + " sent " + message);
    enqueue(from, to, new Packet<>(message, token, 0));
  }

  private void enqueue(int from, int to, Packet<M> packet) {
    Link<M> link = links.computeIfAbsent(from * 1000 + to, k -> new Link<>(from, to));
    if (link.queue.isEmpty()) {
      busy.add(link);
    }
    link.queue.add(packet);
  }

  /** Returns whether nothing is on the way. */
  public boolean isQuiet() {
    return busy.isEmpty();
  }

  /** Delivers what has waited longest on a link chosen at random; returns false if all is quiet. */
  public boolean deliverOne() {
    if (busy.isEmpty()) {
      return false;
    }
    int index = scheduler.below(busy.size());
    Link<M> link = busy.get(index);
    Packet<M> packet = link.queue.remove();
    if (link.queue.isEmpty()) {
      busy.remove(index);
    }
    Node<M> receiver = nodes.get(link.to);
    if (packet.message == null) {
      scheduler.trace(() -> link.to + "<-" + link.from + " status " + packet.status);
      if (receiver != null) {
        receiver.onReply(packet.token, packet.status);
        receiver.drain();
      }
    } else if (receiver == null) {
      fail(link, packet);
    } else {
      handle(link, receiver, packet);
    }
    return true;
  }

  /** The status may reach the wire before or after what the message made the node send. */
  private void handle(Link<M> link, Node<M> receiver, Packet<M> packet) {
    scheduler.trace(() -> link.to + "<-" + link.from + " got " + packet.message);
    int status = receiver.onMessage(link.from, packet.message);
    boolean statusFirst = scheduler.chance(50);
    if (!statusFirst) {
      receiver.drain();
    }
    if (packet.token != 0) {
      enqueue(link.to, link.from, new Packet<>(null, packet.token, status));
    }
    if (statusFirst) {
      receiver.drain();
    }
  }
}
