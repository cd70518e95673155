package org.lockstepfs.fuse.sim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.lockstepfs.stack.sim.Sabotage;
import org.lockstepfs.stack.votes.Beat;
import org.lockstepfs.stack.votes.Beat.Entry;
import org.lockstepfs.stack.votes.Beat.State;
import org.lockstepfs.stack.votes.SteppedVotes;
import org.lockstepfs.stack.votes.VotesTiming;

/** Rules of membership by votes and of fencing, each broken on purpose, by what is wrong. */
final class VotesBrokenRules {
  private VotesBrokenRules() {}

  static Map<String, Rules> all() {
    Map<String, Rules> all = new LinkedHashMap<>();
    majority(all);
    timing(all);
    words(all);
    deaths(all);
    fencing(all);
    String slow = "stack: " + Sabotage.SLOW_FENCE_CLOCK;
    all.put(slow, BrokenRules.all().get(slow));
    return all;
  }

  private static Rules votes(VotesMutation mutation) {
    return votes(1, mutation);
  }

  private static Rules votes(long firstSeed, VotesMutation mutation) {
    return new Rules() {
      @Override
      VotesMutation votes() {
        return mutation;
      }

      @Override
      long firstSeed() {
        return firstSeed;
      }
    };
  }

  private static void majority(Map<String, Rules> all) {
    all.put("the minority goes on", expecting(expected -> 1));
    all.put("a tie goes to both", expecting(expected -> expected - 1));
  }

  private static Rules expecting(IntUnaryOperator votes) {
    return votes(
        new VotesMutation() {
          @Override
          public int expectedVotes(int expected) {
            return votes.applyAsInt(expected);
          }
        });
  }

  private static void timing(Map<String, Rules> all) {
    all.put(
        "a node stops itself after the others' verdict",
        timed(1, t -> timing(t.writeTimeoutMs() + 2_000, t.verdictMs(), t.silentMs(), t)));
    all.put(
        "a verdict comes before the node stops itself",
        timed(27, t -> timing(t.writeTimeoutMs(), t.verdictMs() - 1_500, t.silentMs(), t)));
    all.put(
        "nodes that do not hear each other are left alone",
        timed(48, t -> timing(t.writeTimeoutMs(), t.verdictMs(), 1_000 * t.silentMs(), t)));
  }

  private static VotesTiming timing(int writeMs, int verdictMs, int silentMs, VotesTiming t) {
    return new VotesTiming(t.intervalMs(), writeMs, verdictMs, silentMs, t.freshMs(), t.watchMs());
  }

  private static Rules timed(long firstSeed, UnaryOperator<VotesTiming> change) {
    return votes(
        firstSeed,
        new VotesMutation() {
          @Override
          public VotesTiming timing(VotesTiming timing) {
            return change.apply(timing);
          }
        });
  }

  private interface Change {
    /** Returns the beat that a life takes instead. */
    Beat apply(Life at, int from, Beat beat);
  }

  private static Rules arriving(Change change) {
    return arriving(1, change);
  }

  private static Rules arriving(long firstSeed, Change change) {
    return votes(
        firstSeed,
        new VotesMutation() {
          @Override
          public byte[] arrives(Life at, int from, VotesLinks.Packet beat) {
            return SteppedVotes.changed(beat.payload(), b -> change.apply(at, from, b));
          }
        });
  }

  private static void words(Map<String, Rules> all) {
    all.put(
        "a stale vote counts: what was heard once is heard still",
        arriving(44, (at, from, beat) -> with(beat, beat.generation(), true, heardNow(at, beat))));
    all.put(
        "a new life's beat counts for the former one",
        arriving(
            (at, from, beat) -> {
              long first = at.firstLives.computeIfAbsent(from, n -> beat.generation());
              return with(beat, first, beat.settled(), beat.row());
            }));
    all.put(
        "a new life takes itself for an old one",
        votes(
            10,
            new VotesMutation() {
              @Override
              public long ageMs() {
                return 10_000;
              }
            }));
    all.put(
        "a joiner does not hear of others",
        arriving((at, from, beat) -> with(beat, beat.generation(), true, onlyOf(at, beat))));
    all.put(
        "whom one has not heard for a while all have given up",
        arriving(
            40, (at, from, beat) -> with(beat, beat.generation(), true, silentAsGone(at, beat))));
  }

  private static Beat with(Beat b, long life, boolean settled, Map<Integer, Entry> row) {
    return new Beat(
        b.expectedVotes(),
        b.intervalMs(),
        b.verdictMs(),
        life,
        b.sequence(),
        b.steady(),
        b.leaves(),
        settled,
        row,
        b.volumes());
  }

  private static Map<Integer, Entry> heardNow(Life at, Beat beat) {
    Map<Integer, Entry> row = new TreeMap<>(beat.row());
    if (at.said != null) {
      row.computeIfPresent(
          at.number, (n, e) -> new Entry(State.HEARD, e.generation(), at.said.sequence()));
    }
    return row;
  }

  private static Map<Integer, Entry> onlyOf(Life at, Beat beat) {
    Map<Integer, Entry> row = new TreeMap<>(beat.row());
    row.keySet().retainAll(Set.of(at.number));
    return row;
  }

  private static Map<Integer, Entry> silentAsGone(Life at, Beat beat) {
    Map<Integer, Entry> row = new TreeMap<>(beat.row());
    row.replaceAll(
        (n, e) ->
            n != at.number && e.state() == State.SILENT
                ? new Entry(State.GONE, e.generation(), e.sequence())
                : e);
    return row;
  }

  private static void deaths(Map<String, Rules> all) {
    all.put(
        "the port of a process that stands still refuses",
        votes(
            54,
            new VotesMutation() {
              @Override
              public boolean refuses(Life asking, Life asked) {
                return VotesMutation.super.refuses(asking, asked) || asked.isStopped();
              }
            }));
    all.put(
        "a cut link counts as a refusal",
        votes(
            new VotesMutation() {
              @Override
              public boolean refuses(Life asking, Life asked) {
                return VotesMutation.super.refuses(asking, asked) || asking.isCutFrom(asked);
              }
            }));
  }

  private static void fencing(Map<String, Rules> all) {
    all.put(
        "what a silent node had is taken over before it is fenced",
        votes(
            68,
            new VotesMutation() {
              @Override
              public boolean awaitsFencing() {
                return false;
              }
            }));
  }
}
