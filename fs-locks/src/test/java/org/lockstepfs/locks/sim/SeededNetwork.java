package org.lockstepfs.locks.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;

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

  /**
   * A message or, without one, a status.
   *
   * @param life which life of the sender it comes from
   * @param forLife which life of the receiver asked for the status
   */
  private record Packet<M>(M message, long token, int status, int life, int forLife) {}

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
  private final Map<Integer, Integer> lives = new HashMap<>();
  private final Map<Integer, Link<M>> links = new HashMap<>();
  private final List<Link<M>> busy = new ArrayList<>();
  private Gate gate = (from, to) -> true;

  /** Says whether anything passes from one node to another at this moment. */
  public interface Gate {
    /** Returns false as long as what is on the link waits. */
    boolean passes(int from, int to);
  }

  /** Makes a network whose interleaving the scheduler chooses. */
  public SeededNetwork(SeededScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Has what is on a link wait at times. */
  public void gate(Gate newGate) {
    gate = newGate;
  }

  /** Connects a node, 0 to 999, to all others. */
  public void attach(int number, Node<M> node) {
    nodes.put(number, node);
    lives.merge(number, 1, Integer::sum);
  }

  /**
   * A node stops without a word. What it has sent may still arrive, up to a random point on each
   * link; what is sent to it fails when it is delivered, or reaches its next life.
   */
  public void crash(int number) {
    nodes.remove(number);
    for (Link<M> link : List.copyOf(busy)) {
      if (link.from == number) {
        int arriving = scheduler.below(link.queue.size() + 1);
        List<Packet<M>> first = List.copyOf(link.queue).subList(0, arriving);
        replace(link, first);
      }
    }
  }

  /** A node learns that another died: what is left of the connection to that life is dropped. */
  public void disconnect(int survivor, int dead) {
    boolean restarted = nodes.containsKey(dead);
    int life = lives.get(dead) + (restarted ? 0 : 1);
    for (Link<M> link : List.copyOf(busy)) {
      if (link.from == dead && link.to == survivor) {
        replace(link, link.queue.stream().filter(packet -> packet.life >= life).toList());
      } else if (link.from == survivor && link.to == dead && !restarted) {
        replace(link, List.of());
      }
    }
  }

  private void replace(Link<M> link, List<Packet<M>> packets) {
    link.queue.clear();
    link.queue.addAll(packets);
    if (packets.isEmpty()) {
      busy.remove(link);
    }
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

  /** The connection of two nodes breaks: what is on it is lost, and its senders learn that. */
  public void reset(int one, int other) {
    reset(one, other, message -> true);
  }

  /**
   * As {@link #reset(int, int)}, but some messages are sent again when there is a new connection.
   *
   * @param isLost says which are not
   */
  public void reset(int one, int other, Predicate<M> isLost) {
    for (Link<M> link : List.copyOf(busy)) {
      boolean between =
          link.from == one && link.to == other || link.from == other && link.to == one;
      if (between) {
        List<Packet<M>> lost = new ArrayList<>(link.queue);
        List<Packet<M>> kept =
            lost.stream().filter(p -> p.message != null && !isLost.test(p.message)).toList();
        lost.removeAll(kept);
        replace(link, kept);
        lost.forEach(packet -> fail(link, packet));
      }
    }
  }

  private void fail(Link<M> link, Packet<M> packet) {
    Node<M> sender = nodes.get(link.from);
    boolean sameLife = packet.life == lives.get(link.from);
    if (sender != null && sameLife && packet.message != null && packet.token != 0) {
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
    enqueue(from, to, new Packet<>(message, token, 0, lives.get(from), 0));
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
    List<Link<M>> open = open();
    if (open.isEmpty()) {
      return false;
    }
    Link<M> link = scheduler.pick(open);
    Packet<M> packet = link.queue.remove();
    if (link.queue.isEmpty()) {
      busy.remove(link);
    }
    Node<M> receiver = nodes.get(link.to);
    if (packet.message == null) {
      if (receiver != null && packet.forLife == lives.get(link.to)) {
        scheduler.trace(() -> link.to + "<-" + link.from + " status " + packet.status);
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

  private List<Link<M>> open() {
    List<Link<M>> open = new ArrayList<>(busy.size());
    for (Link<M> link : busy) {
      if (gate.passes(link.from, link.to)) {
        open.add(link);
      }
    }
    return open;
  }

  /** Returns whether something could be delivered now. */
  public boolean canDeliver() {
    return !open().isEmpty();
  }

  /** The status may reach the wire before or after what the message made the node send. */
  private void handle(Link<M> link, Node<M> receiver, Packet<M> packet) {
    scheduler.trace(() -> link.to + "<-" + link.from + " got " + packet.message);
    int life = lives.get(link.to);
    int status = receiver.onMessage(link.from, packet.message);
    boolean statusFirst = scheduler.chance(50);
    if (!statusFirst) {
      receiver.drain();
    }
    if (packet.token != 0) {
      enqueue(link.to, link.from, new Packet<>(null, packet.token, status, life, packet.life));
    }
    if (statusFirst) {
      receiver.drain();
    }
  }
}
