package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.NodeLinks;
import org.lockstepfs.stack.o2net.SendListener;
import org.lockstepfs.stack.o2net.SendResult;
import org.lockstepfs.stack.sim.SimNode;
import org.lockstepfs.stack.votes.SteppedVotes;

/**
 * What {@code O2Net} and its {@code Peer}s do for votes: links that are wanted before anybody is
 * known to live, are bound to one process, and are tried again when told to.
 */
final class VotesLinks implements NodeLinks {
  private static final int PROBE_MS = 20;

  /** A beat on its way. */
  record Packet(byte[] payload) {
    @Override
    public String toString() {
      return SteppedVotes.decoded(payload).toString();
    }
  }

  private record Sent(int to, SendListener result) {}

  private final Life life;
  private final List<LinkListener> listeners = new ArrayList<>();
  private final Map<Integer, SimNode> bound = new HashMap<>();
  private final Map<Long, Sent> outstanding = new TreeMap<>();
  private final BitSet wanted = new BitSet();
  private MessageHandler handler;
  private long lastToken;

  VotesLinks(Life life) {
    this.life = life;
  }

  // Links.

  boolean wants(int node) {
    return wanted.get(node);
  }

  /** A handshake with another process than the link was made to is refused. */
  boolean accepts(SimNode other) {
    return bound.getOrDefault(other.number, other) == other;
  }

  /** Who is refused is not tried again by itself. */
  void refuseOthers() {
    for (int node : List.copyOf(bound.keySet())) {
      Life now = life.cluster.life(node);
      if (now != bound.get(node) && !life.isLinked(node) && !life.isCutFrom(now)) {
        life.breakLink(node);
      }
    }
  }

  void made(SimNode other) {
    bound.put(other.number, other);
    listeners.forEach(listener -> listener.linkUp(other.number));
  }

  void lost(int node) {
    for (Map.Entry<Long, Sent> sent : List.copyOf(outstanding.entrySet())) {
      if (sent.getValue().to == node) {
        failed(sent.getKey());
      }
    }
    listeners.forEach(listener -> listener.linkError(node, "simulated"));
  }

  @Override
  public void addLinkListener(LinkListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeLinkListener(LinkListener listener) {
    listeners.remove(listener);
  }

  @Override
  public BitSet connectedNodes() {
    BitSet linked = new BitSet();
    for (int node = 1; node <= life.cluster.size; node++) {
      linked.set(node, life.isLinked(node));
    }
    return linked;
  }

  @Override
  public void nodeUp(int node) {
    wanted.set(node);
    life.tryLinkAgain(node);
  }

  @Override
  public void reopen(int node) {
    if (life.hasGivenUpLink(node)) {
      nodeDown(node);
      nodeUp(node);
    }
  }

  @Override
  public void nodeDown(int node) {
    wanted.clear(node);
    bound.remove(node);
    life.breakLink(node);
  }

  /** A host that has lost its power does not answer, nor does one behind a cut. */
  @Override
  public void probe(int node, Consumer<Boolean> refused) {
    life.after(
        life.cluster.random.below(PROBE_MS),
        () -> refused.accept(life.cluster.rules.votes().refuses(life, life.cluster.life(node))));
  }

  // Beats.

  @Override
  public void register(int type, int key, int maxLength, MessageHandler newHandler) {
    handler = newHandler;
  }

  @Override
  public void unregister(int type, int key) {
    handler = null;
  }

  @Override
  public void send(int target, int type, int key, byte[] payload, SendListener result) {
    if (life.isSilent() || !life.isLinked(target)) {
      result.done(SendResult.NOT_CONNECTED, 0);
    } else {
      long token = --lastToken;
      life.said = SteppedVotes.decoded(payload);
      outstanding.put(token, new Sent(target, result));
      life.cluster.send(life, target, new Packet(payload), token);
    }
  }

  void receive(int from, Packet packet) {
    if (handler != null && !life.isSilent()) {
      handler.handle(new Received(from, life.cluster.rules.votes().arrives(life, from, packet)));
    }
  }

  private record Received(int from, byte[] payload) implements MessageHandler.Request {
    @Override
    public int type() {
      return 0;
    }

    /** Each message is answered anyhow. */
    @Override
    public void answer(int status) {}
  }

  void replied(long token) {
    Sent sent = outstanding.remove(token);
    if (sent != null) {
      sent.result.done(SendResult.DELIVERED, 0);
    }
  }

  void failed(long token) {
    Sent sent = outstanding.remove(token);
    if (sent != null) {
      sent.result.done(SendResult.DIED, 0);
    }
  }
}
