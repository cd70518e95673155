package org.lockstepfs.stack.votes;

import java.util.Map;
import org.lockstepfs.stack.votes.Beat.Entry;
import org.lockstepfs.stack.votes.Beat.State;

/** What one node knows of another: of its present life, or the last one that it knew. */
final class VotePeer {
  final int number;
  private boolean known;
  private long generation;
  private int sequence;
  private long heardNanos;
  private boolean answered;
  private long answeredNanos;
  private boolean dropped;
  private boolean gone;
  private boolean ended;
  private boolean up;
  private Beat said;

  VotePeer(int number) {
    this.number = number;
  }

  /**
   * Takes a beat unless it is out of turn: of a life that is given up, or of one whose predecessor
   * is not dead yet, or older than another one. Returns whether it was taken.
   */
  boolean take(Beat beat, long nowNanos) {
    boolean sameLife = known && beat.generation() == generation;
    if (sameLife ? gone || dropped || beat.sequence() - sequence <= 0 : !isFree(beat)) {
      return false;
    }
    if (!sameLife) {
      known = true;
      generation = beat.generation();
      answered = false;
      dropped = false;
      gone = false;
      ended = false;
    }
    sequence = beat.sequence();
    heardNanos = nowNanos;
    said = beat;
    return true;
  }

  private boolean isFree(Beat beat) {
    return !known || gone && !up && beat.generation() > generation;
  }

  /** One of our beats was heard. */
  void answered(long sentNanos) {
    if (!answered || sentNanos - answeredNanos > 0) {
      answered = true;
      answeredNanos = sentNanos;
    }
  }

  boolean hasAnswered() {
    return answered;
  }

  /** Others say that a life is given up of which this node has never heard. */
  boolean learnGone(long life) {
    if (known && (up || !gone || generation >= life)) {
      return false;
    }
    known = true;
    generation = life;
    sequence = 0;
    answered = false;
    gone = true;
    said = null;
    return true;
  }

  void cameUp() {
    up = true;
  }

  void wentDown() {
    up = false;
  }

  /** Takes no more beats of this life; it is given up when the last one is old enough. */
  void drop() {
    dropped = true;
  }

  void giveUp() {
    gone = true;
  }

  /** It is gone and, more than that, is known to write no more. */
  void end() {
    gone = true;
    ended = true;
  }

  boolean hasEnded() {
    return ended;
  }

  boolean isUp() {
    return up;
  }

  boolean isKnown() {
    return known;
  }

  boolean isGone() {
    return gone;
  }

  /** Returns whether a life is known that is not given up, though it may be silent. */
  boolean isThere() {
    return known && !gone;
  }

  long generation() {
    return generation;
  }

  long heardNanos() {
    return heardNanos;
  }

  boolean hears(long nowNanos, long spanNanos) {
    return isThere() && !dropped && nowNanos - heardNanos < spanNanos;
  }

  boolean isHeardBy(long nowNanos, long spanNanos) {
    return isThere() && !dropped && answered && nowNanos - answeredNanos < spanNanos;
  }

  /** Returns when the newest beat was sent that this node has heard. */
  long answeredNanos(long ifNone) {
    return answered ? answeredNanos : ifNone;
  }

  /** Returns whether it has lived so long that all that its earlier life heard is over. */
  boolean isSettled() {
    return said != null && said.settled();
  }

  boolean isSteady() {
    return said != null && said.steady();
  }

  Map<Integer, Entry> row() {
    return said == null ? Map.of() : said.row();
  }

  Map<Integer, Long> volumes() {
    return said == null ? Map.of() : said.volumes();
  }

  /** Returns whether it says that it hears a life of a node. */
  boolean saysItHears(int node, long life) {
    Entry entry = row().get(node);
    return entry != null && entry.state() == State.HEARD && entry.generation() == life;
  }

  /** Returns whether it says that it has given up a life of a node. */
  boolean hasGivenUp(int node, long life) {
    Entry entry = row().get(node);
    if (entry == null) {
      return false;
    }
    // Only who has lived long enough knows that the life before the one it hears is over.
    return entry.generation() == life
        ? entry.state() == State.GONE
        : entry.generation() > life && said.settled();
  }

  Entry entry(long nowNanos, long silentNanos) {
    State state = gone ? State.GONE : hears(nowNanos, silentNanos) ? State.HEARD : State.SILENT;
    return new Entry(state, generation, sequence);
  }
}
