package org.lockstepfs.stack.votes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.lockstepfs.stack.votes.Beat.Entry;
import org.lockstepfs.stack.votes.Beat.State;

/**
 * One node's part in liveness and quorum by votes; the rules stand at the package. A pure state
 * machine: not thread-safe; beats and the time come in, {@link Effect}s come out of {@link #poll}.
 *
 * <p>One object is one life: who has left, or was given up, begins anew with another. All times are
 * of one monotonic clock, in nanoseconds, and never go back.
 */
public final class Votes {

  /** How far a life has come. */
  public enum Phase {
    /** Mute and deaf, until nobody counts any more what an earlier life said. */
    WATCHING,
    /** Beats, but is not in touch with all yet. */
    JOINING,
    /** Has joined; may write while its deadline has not passed. */
    STEADY,
    /** Has left. */
    LEFT
  }

  private final VotesConfig config;
  private final int self;
  private final VotesTiming timing;
  private final long startedNanos;
  private final TreeMap<Integer, VotePeer> peers = new TreeMap<>();
  private final SentBeats sent = new SentBeats();
  private final BrokenLinks links = new BrokenLinks();
  private final Deque<Effect> effects = new ArrayDeque<>();
  private Map<Integer, Long> volumes = Map.of();
  private Phase phase = Phase.WATCHING;
  private long generation;
  private long beganNanos;
  private long beatNanos;
  private long renewedNanos;
  private boolean news;
  private String mismatch = "";

  /**
   * Begins a life.
   *
   * @param generation at least; it becomes higher than that of any earlier life that others know
   */
  public Votes(VotesConfig config, long generation, long nowNanos) {
    this.config = config;
    this.self = config.self();
    this.timing = config.timing();
    this.generation = generation;
    this.startedNanos = nowNanos;
    config.others().forEach(n -> peers.put(n, new VotePeer(n)));
  }

  /** Returns what is to be done next, or null. */
  public Effect poll() {
    return effects.poll();
  }

  /** Returns how far this life has come. */
  public Phase phase() {
    return phase;
  }

  /** These are this node's lives on its volumes from now on, by key; told to all at once. */
  public void volumes(Map<Integer, Long> now) {
    volumes = new TreeMap<>(now);
    news = true;
  }

  /** Time has passed; to be called several times per interval. */
  public void tick(long nowNanos) {
    if (phase == Phase.WATCHING && passed(startedNanos, timing.watchMs(), nowNanos)) {
      begin(nowNanos);
    }
    if (isOut()) {
      return;
    }
    boolean due = passed(beatNanos, timing.intervalMs(), nowNanos);
    dropLosers(nowNanos);
    judge(nowNanos);
    if (due || news) {
      beat(nowNanos);
    }
  }

  private boolean isOut() {
    return phase == Phase.WATCHING || phase == Phase.LEFT;
  }

  private void begin(long nowNanos) {
    phase = Phase.JOINING;
    beganNanos = nowNanos;
    renewedNanos = startedNanos;
    effects.add(new Effect.Up(self, generation));
    news = true;
  }

  private static boolean passed(long sinceNanos, long ms, long nowNanos) {
    return nowNanos - sinceNanos >= VotesTiming.nanos(ms);
  }

  private void beat(long nowNanos) {
    news = false;
    beatNanos = nowNanos;
    Map<Integer, Entry> row = new TreeMap<>();
    long silent = VotesTiming.nanos(timing.silentMs());
    for (VotePeer peer : peers.values()) {
      if (peer.isKnown()) {
        row.put(peer.number, peer.entry(nowNanos, silent));
      }
    }
    Beat beat =
        new Beat(
            config.expectedVotes(),
            timing.intervalMs(),
            timing.verdictMs(),
            generation,
            sent.next(nowNanos),
            phase == Phase.STEADY,
            phase == Phase.LEFT,
            isSettled(nowNanos),
            row,
            volumes);
    effects.add(new Effect.Send(beat));
  }

  /**
   * Another node's beat came.
   *
   * @param nowNanos a time after it had come
   */
  public void received(int from, Beat beat, long nowNanos) {
    VotePeer peer = peers.get(from);
    if (peer == null || phase == Phase.LEFT || !fits(from, beat)) {
      return;
    }
    if (phase == Phase.WATCHING || phase == Phase.JOINING && isHeardByNobody()) {
      outlive(beat.row().get(self));
    }
    if (phase == Phase.WATCHING) {
      return;
    }
    if (!peer.take(beat, nowNanos)) {
      return;
    }
    if (!peer.isUp()) {
      peer.cameUp();
      news = true;
      effects.add(new Effect.Up(from, beat.generation()));
    }
    if (beat.leaves()) {
      peer.end();
      down(peer);
      judge(nowNanos);
    } else if (listen(peer, beat, nowNanos)) {
      judge(nowNanos);
    } else {
      renew(nowNanos);
    }
    if (news) {
      beat(nowNanos);
    }
  }

  /** Others take no life for new whose generation is not higher than that of the last one. */
  private void outlive(Entry earlier) {
    if (earlier != null
        && (phase == Phase.WATCHING
            ? earlier.generation() >= generation
            : earlier.generation() > generation)) {
      generation = earlier.generation() + 1;
    }
  }

  private boolean isHeardByNobody() {
    return peers.values().stream().noneMatch(VotePeer::hasAnswered);
  }

  private boolean fits(int from, Beat beat) {
    String difference = difference(from, beat);
    if (!difference.isEmpty()) {
      mismatch = difference;
    }
    return difference.isEmpty();
  }

  private String difference(int from, Beat beat) {
    if (beat.expectedVotes() != config.expectedVotes()) {
      return "node "
          + from
          + " has expected_votes "
          + beat.expectedVotes()
          + ", this node "
          + config.expectedVotes();
    }
    return beat.intervalMs() == timing.intervalMs() && beat.verdictMs() == timing.verdictMs()
        ? ""
        : "node " + from + " has another timing";
  }

  /** Returns whether there is something to judge at once. */
  private boolean listen(VotePeer peer, Beat beat, long nowNanos) {
    boolean urgent = false;
    for (Map.Entry<Integer, Entry> said : beat.row().entrySet()) {
      Entry entry = said.getValue();
      if (said.getKey() == self) {
        if (entry.generation() == generation && sent.knows(entry.sequence())) {
          peer.answered(sent.sentNanos(entry.sequence()));
        }
      } else if (entry.state() == State.GONE) {
        learnGone(said.getKey(), entry.generation(), nowNanos);
        urgent |= isUp(said.getKey());
      }
    }
    return urgent;
  }

  /** What an earlier life of this node may have heard of that life must be old enough. */
  private void learnGone(int node, long life, long nowNanos) {
    VotePeer peer = peers.get(node);
    if (peer != null && isSettled(nowNanos)) {
      news |= peer.learnGone(life);
    }
  }

  private boolean isSettled(long nowNanos) {
    return passed(startedNanos, timing.verdictMs(), nowNanos);
  }

  /**
   * A node's process is known to have ended.
   *
   * @param lookedAtNanos if it was heard since, it lives
   */
  public void ended(int node, long lookedAtNanos, long nowNanos) {
    VotePeer peer = peers.get(node);
    if (!isOut() && peer != null && peer.isThere() && peer.heardNanos() - lookedAtNanos <= 0) {
      peer.end();
      news = true;
      judge(nowNanos);
      if (news) {
        beat(nowNanos);
      }
    }
  }

  private void giveUp(VotePeer peer) {
    peer.giveUp();
    news = true;
  }

  private void down(VotePeer peer) {
    peer.wentDown();
    news = true;
    effects.add(new Effect.Down(peer.number, !peer.hasEnded()));
  }

  /** Draws all conclusions. */
  private void judge(long nowNanos) {
    for (VotePeer peer : peers.values()) {
      if (peer.isThere()
          && (passed(peer.heardNanos(), timing.verdictMs(), nowNanos)
              || givenUpBy(peer, nowNanos) >= config.majority())) {
        giveUp(peer);
      }
    }
    boolean quorate = isQuorate(nowNanos);
    for (VotePeer peer : peers.values()) {
      if (quorate
          && peer.isUp()
          && peer.isGone()
          && 1 + givenUpBy(peer, nowNanos) >= config.majority()) {
        down(peer);
      }
    }
    if (phase == Phase.JOINING && waitsFor(nowNanos).isEmpty()) {
      phase = Phase.STEADY;
      news = true;
    }
    renew(nowNanos);
  }

  /** Returns how many others have given a node up and lived a moment ago. */
  private int givenUpBy(VotePeer peer, long nowNanos) {
    int count = 0;
    for (VotePeer other : peers.values()) {
      if (other != peer
          && other.isHeardBy(nowNanos, VotesTiming.nanos(timing.freshMs()))
          && other.hasGivenUp(peer.number, peer.generation())) {
        count++;
      }
    }
    return count;
  }

  private void renew(long nowNanos) {
    if (phase != Phase.STEADY) {
      return;
    }
    LongStream others =
        peers.values().stream().mapToLong(p -> nowNanos - p.answeredNanos(startedNanos));
    long age =
        LongStream.concat(LongStream.of(0), others)
            .sorted()
            .skip(config.majority() - 1L)
            .findFirst()
            .orElseThrow();
    long since = nowNanos - age;
    if (since - renewedNanos > 0) {
      renewedNanos = since;
      effects.add(new Effect.Renew(since));
    }
  }

  /** Returns whether this node hears, and is heard by, a majority. */
  public boolean isQuorate(long nowNanos) {
    return !isOut() && 1 + inTouch(nowNanos).size() >= config.majority();
  }

  /** Returns the nodes that this one hears and that hear it. */
  public List<Integer> inTouch(long nowNanos) {
    return peers.values().stream()
        .filter(peer -> isInTouch(peer, nowNanos))
        .map(peer -> peer.number)
        .toList();
  }

  private boolean isInTouch(VotePeer peer, long nowNanos) {
    long span = VotesTiming.nanos(timing.silentMs());
    return peer.hears(nowNanos, span) && peer.isHeardBy(nowNanos, span);
  }

  /** Returns in one line what a joiner waits for; empty if for nothing. */
  public String waitsFor(long nowNanos) {
    if (isOut() || !passed(beganNanos, timing.intervalMs() + timing.intervalMs() / 2, nowNanos)) {
      return "it has not listened for long enough";
    }
    if (!isQuorate(nowNanos)) {
      TreeSet<Integer> votes = new TreeSet<>(inTouch(nowNanos));
      votes.add(self);
      return "no quorum: in touch with nodes "
          + votes
          + ", "
          + config.majority()
          + " of "
          + config.expectedVotes()
          + " expected votes needed"
          + (mismatch.isEmpty() ? "" : "; " + mismatch);
    }
    for (VotePeer peer : peers.values()) {
      if (peer.isUp() && !isInTouch(peer, nowNanos)) {
        return "not in touch with node " + peer.number;
      }
      if (peer.isThere()) {
        for (Map.Entry<Integer, Entry> said : peer.row().entrySet()) {
          VotePeer third = peers.get(said.getKey());
          if (said.getValue().state() != State.GONE
              && third != null
              && !(isInTouch(third, nowNanos)
                  && third.generation() == said.getValue().generation())) {
            return "not in touch with node "
                + third.number
                + ", which node "
                + peer.number
                + " has heard";
          }
        }
      }
    }
    return waitsForOldVotes(nowNanos);
  }

  /**
   * A majority that has forgotten what its earlier lives heard, and is not in touch with all nodes
   * that there can be, may not know of one that may still write.
   */
  private String waitsForOldVotes(long nowNanos) {
    List<Integer> inTouch = inTouch(nowNanos);
    TreeSet<Integer> settled = new TreeSet<>(inTouch);
    settled.removeIf(node -> !peers.get(node).isSettled());
    if (isSettled(nowNanos)) {
      settled.add(self);
    }
    return inTouch.size() == peers.size() || settled.size() >= config.majority()
        ? ""
        : "only nodes "
            + settled
            + " have run for "
            + timing.verdictMs()
            + " ms, "
            + config.majority()
            + " needed, for nodes that are not there may still write";
  }

  /** Among steady nodes only: who cannot join does so by itself. */
  private void dropLosers(long nowNanos) {
    links.look();
    long span = VotesTiming.nanos(timing.silentMs());
    List<VotePeer> heard =
        peers.values().stream().filter(p -> p.hears(nowNanos, span) && p.isSteady()).toList();
    for (VotePeer a : heard) {
      if (phase == Phase.STEADY && !a.saysItHears(self, generation)) {
        links.broken(self, a.number);
      }
      for (VotePeer b : heard) {
        if (a != b && !a.saysItHears(b.number, b.generation())) {
          links.broken(a.number, b.number);
        }
      }
    }
    for (int loser : links.losers(nowNanos, span)) {
      if (loser != self) {
        peers.get(loser).drop();
        news = true;
      }
    }
  }

  /** Leaves: all others are told, and are gone for this node. */
  public void leave(long nowNanos) {
    boolean beats = !isOut();
    phase = Phase.LEFT;
    if (beats) {
      beat(nowNanos);
      for (VotePeer peer : peers.values()) {
        if (peer.isUp()) {
          peer.end();
          down(peer);
        }
      }
      effects.add(new Effect.Down(self, false));
    }
  }

  /** Returns the lives on volumes, by key, of this node and all that are live. */
  public Map<Integer, Map<Integer, Long>> lives() {
    Map<Integer, Map<Integer, Long>> lives = new TreeMap<>();
    peers.values().stream()
        .filter(VotePeer::isUp)
        .forEach(peer -> lives.put(peer.number, peer.volumes()));
    lives.put(self, volumes);
    return lives;
  }

  /** Returns for each live node when it was last heard. */
  public Map<Integer, Long> heardNanos() {
    Map<Integer, Long> heard = new TreeMap<>();
    peers.values().stream()
        .filter(VotePeer::isUp)
        .forEach(peer -> heard.put(peer.number, peer.heardNanos()));
    return heard;
  }

  /** Returns whether a node's present life is heard or was, and is not known to be dead. */
  public boolean isUp(int node) {
    return peers.containsKey(node) && peers.get(node).isUp();
  }

  /** Returns since when the time to write counts. */
  public long renewedNanos() {
    return renewedNanos;
  }
}
