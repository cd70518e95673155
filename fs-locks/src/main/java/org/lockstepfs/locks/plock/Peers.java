package org.lockstepfs.locks.plock;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lockstepfs.locks.plock.PlockMessage.SyncRequest;

/** The view, and the numbered sequence of messages to and from each life of another node. */
final class Peers {
  /** What to do with an envelope. */
  enum Verdict {
    /** The next message of a member. */
    MEMBER,
    /** The next message of a node that this node does not see as a member yet. */
    NOT_YET_MEMBER,
    /** A repeat, or none of this node's business. */
    DROP,
    /** One before it is missing. */
    GAP
  }

  /** So many lives that have left are remembered, and fit into a message. */
  static final int MAX_DEPARTED = 256;

  private static final int MAX_PEERS = 1024;

  private static final class Peer {
    private long sent;
    private long received;

    /** Epoch of the question that its numbers began with. */
    private long opened;
  }

  private final PlockConfig config;
  private final PlockEffects effects;
  private final Map<PlockMember, Peer> peers = new HashMap<>();

  // Lives that have left: nothing of them counts any more. The oldest are forgotten.
  private final Set<PlockMember> departed = new LinkedHashSet<>();
  private PlockView view;

  Peers(PlockConfig config, PlockEffects effects) {
    this.config = config;
    this.effects = effects;
  }

  int self() {
    return config.self().node();
  }

  /** Returns the view, or null before the first. */
  PlockView view() {
    return view;
  }

  /** Returns the lives that have left, as far as they are remembered. */
  List<PlockMember> departed() {
    return List.copyOf(departed);
  }

  /** Learns from another node who has left. */
  void learnDeparted(List<PlockMember> lives) {
    lives.forEach(this::addDeparted);
  }

  /**
   * Returns whether a view is of the past: a member has left since. Entering it would be harmful,
   * for members that have come round to the same set again take it for their present view.
   */
  boolean isPast(PlockView next) {
    for (int node : next.nodes()) {
      if (node != self() && departed.contains(next.member(node))) {
        return true;
      }
    }
    return false;
  }

  void enter(PlockView next) {
    if (view != null) {
      for (int node : view.nodes()) {
        PlockMember member = view.member(node);
        if (!next.contains(member)) {
          dismiss(member);
        }
      }
    }
    view = next;
    peers.keySet().removeAll(departed);
  }

  /**
   * A life that never said anything was never in a view itself: it began to join, somebody died
   * meanwhile, and it may begin again. If it had been in and left, its messages would be here.
   */
  private void dismiss(PlockMember member) {
    Peer peer = peers.get(member);
    if (peer == null || peer.received == 0) {
      peers.remove(member);
    } else {
      addDeparted(member);
    }
  }

  /** Sends to a member; does nothing when the node is none. */
  void send(int node, PlockMessage message) {
    PlockMember member = view == null ? null : view.member(node);
    if (member == null) {
      return;
    }
    Peer peer = peers.computeIfAbsent(member, m -> new Peer());
    effects.send(
        node,
        new PlockEnvelope(
            self(),
            config.self().incarnation(),
            member.incarnation(),
            ++peer.sent,
            config.fsid(),
            message));
  }

  /** Judges an envelope, and counts it when it is the next one. */
  Verdict receive(PlockEnvelope envelope) {
    if (envelope.fsid() != config.fsid()
        || envelope.toIncarnation() != config.self().incarnation()
        || envelope.from() == self()) {
      return Verdict.DROP;
    }
    PlockMember from = new PlockMember(envelope.from(), envelope.fromIncarnation());
    Peer peer = peers.get(from);
    if (departed.contains(from) || (peer == null && peers.size() >= MAX_PEERS)) {
      return Verdict.DROP;
    }
    if (peer == null) {
      peer = new Peer();
      peers.put(from, peer);
    }
    if (envelope.number() == 1
        && envelope.message() instanceof SyncRequest m
        && m.epoch() > peer.opened) {
      // The sender takes this node for a new member, perhaps once more.
      peer.opened = m.epoch();
      peer.received = 0;
    }
    if (envelope.number() != peer.received + 1) {
      return envelope.number() <= peer.received ? Verdict.DROP : Verdict.GAP;
    }
    peer.received++;
    return view != null && view.contains(from) ? Verdict.MEMBER : Verdict.NOT_YET_MEMBER;
  }

  private void addDeparted(PlockMember life) {
    if (departed.add(life) && departed.size() > MAX_DEPARTED) {
      Iterator<PlockMember> oldest = departed.iterator();
      oldest.next();
      oldest.remove();
    }
  }
}
