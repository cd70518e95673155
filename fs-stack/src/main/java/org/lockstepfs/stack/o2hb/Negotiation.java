package org.lockstepfs.stack.o2hb;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What nodes agree on when their heartbeat writes hang: if those of all live nodes do, it is the
 * storage that has failed, and nobody gains by fencing. A pure state machine of one node in one
 * region; not thread-safe.
 *
 * <p>Every node whose write has hung for half its time reports to the lowest live node, and reports
 * again when that has answered. The lowest node collects the reports of all live nodes, its own
 * included: a <em>round</em>. It answers when a round is complete, and when the next one is
 * complete, too, it approves the one before. An approval gives a node its whole time again from the
 * moment at which it sent the report that was answered last.
 *
 * <p>Why this is safe: let the first round be complete at t. A node's extended deadline is its
 * report in that round, before t, plus writeTimeoutMs. Every report of the second round was sent by
 * a node that had the answer to its first, so after t, and its write still hung then. A node that
 * comes out of a hang counts samples of the others anew ({@code RegionHeartbeat}), so its verdicts
 * come later than t + verdictMs, which is later than any extended deadline. Delays of messages do
 * not matter. A single report from each node, which satisfies the kernel's lowest node, would prove
 * nothing: a node may have gone on since it reported.
 *
 * <p>A kernel node reports once, so a Lockstep node as the lowest never approves with one among the
 * live nodes; all are fenced in time then.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/heartbeat.c, o2hb_nego_timeout.
 */
public final class Negotiation {

  /** What the machine wants done. */
  public sealed interface Effect {

    /** Report to a node that our write hangs; its answer goes to {@link #answered}. */
    record Report(int to) implements Effect {}

    /** Tell a node that its last answered report is approved. */
    record Approve(int node) implements Effect {}

    /** Answer the report of a node. */
    record Answer(int node) implements Effect {}

    /** Renew our deadline as if a heartbeat write had begun then. */
    record Extend(long sinceNanos) implements Effect {}
  }

  private final int self;
  private final List<Effect> effects = new ArrayList<>();
  private final BitSet unanswered = new BitSet();
  private final BitSet round = new BitSet();
  private BitSet live = new BitSet();
  private boolean hung;
  private boolean reporting;
  private long reportedNanos;
  private boolean answeredOnce;
  private long answeredNanos;
  private boolean lastRoundComplete;

  /** Makes the machine of a node whose writes do not hang. */
  public Negotiation(int self) {
    this.self = self;
  }

  private int lowest() {
    return live.nextSetBit(0);
  }

  /**
   * Time has passed.
   *
   * @param isHung whether this node's heartbeat write has not completed for half of its time
   * @param nowNanos taken before {@code isHung} was looked up
   */
  public void tick(boolean isHung, BitSet liveNodes, long nowNanos) {
    if (!isHung || !liveNodes.equals(live)) {
      reset();
    }
    hung = isHung;
    live = (BitSet) liveNodes.clone();
    if (!hung) {
      return;
    }
    if (lowest() != self) {
      if (!reporting && lowest() >= 0) {
        reporting = true;
        reportedNanos = nowNanos;
        effects.add(new Effect.Report(lowest()));
      }
    } else if (!round.get(self)) {
      reportedNanos = nowNanos;
      round.set(self);
      endRound();
    }
  }

  private void reset() {
    answerAll();
    round.clear();
    lastRoundComplete = false;
    answeredOnce = false;
  }

  private void answerAll() {
    unanswered.stream().forEach(node -> effects.add(new Effect.Answer(node)));
    unanswered.clear();
  }

  /** A node reports that its write hangs; it gets one {@link Effect.Answer}. */
  public void reported(int from) {
    if (!hung || lowest() != self || !live.get(from)) {
      effects.add(new Effect.Answer(from));
      return;
    }
    unanswered.set(from);
    round.set(from);
    endRound();
  }

  private void endRound() {
    if (!round.equals(live)) {
      return;
    }
    if (lastRoundComplete) {
      // Before the answers: each node knows by them which of its reports this is about.
      live.stream().filter(n -> n != self).forEach(n -> effects.add(new Effect.Approve(n)));
      effects.add(new Effect.Extend(answeredNanos));
    }
    lastRoundComplete = true;
    answeredNanos = reportedNanos;
    round.clear();
    answerAll();
  }

  /** Our report was answered, or failed to be. */
  public void answered(boolean delivered) {
    reporting = false;
    if (delivered && hung) {
      answeredOnce = true;
      answeredNanos = reportedNanos;
    }
  }

  /** The lowest node approves. */
  public void approved(int from) {
    if (hung && from == lowest() && answeredOnce) {
      effects.add(new Effect.Extend(answeredNanos));
    }
  }

  /** Returns what has to be done, in order, and forgets it. */
  public List<Effect> poll() {
    List<Effect> wanted = List.copyOf(effects);
    effects.clear();
    return wanted;
  }
}
