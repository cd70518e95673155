package org.lockstepfs.stack.votes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.votes.Beat.Entry;
import org.lockstepfs.stack.votes.Beat.State;

/** Node 1 of three, with timing fast; the others are played. */
class VotesTest {
  private static final VotesTiming TIMING = VotesTiming.of(HeartbeatTiming.FAST);

  private final Votes votes = new Votes(new VotesConfig(1, List.of(2, 3), 3, TIMING), 100, 0);
  private final List<Effect> effects = new ArrayList<>();
  private int sequence;

  private static long at(long ms) {
    return ms * 1_000_000;
  }

  private List<Effect> take() {
    List<Effect> taken = new ArrayList<>();
    for (Effect effect = votes.poll(); effect != null; effect = votes.poll()) {
      taken.add(effect);
    }
    effects.addAll(taken);
    return taken;
  }

  private int lastSent() {
    take();
    return effects.stream()
        .filter(e -> e instanceof Effect.Send)
        .mapToInt(e -> ((Effect.Send) e).beat().sequence())
        .max()
        .orElse(0);
  }

  private static Beat beat(int votes, long life, int sequence, Map<Integer, Entry> row) {
    return beat(votes, life, sequence, true, row);
  }

  private static Beat beat(
      int votes, long life, int sequence, boolean settled, Map<Integer, Entry> row) {
    return new Beat(
        votes, 1_000, 6_500, life, sequence, true, false, settled, row, Map.of(9, life + 1));
  }

  /** A beat of a node that hears this one and perhaps more. */
  private void hear(int from, long ms, Map<Integer, Entry> more) {
    hear(from, ms, more, true);
  }

  private void hear(int from, long ms, Map<Integer, Entry> more, boolean settled) {
    Map<Integer, Entry> row = new java.util.TreeMap<>(more);
    row.put(1, new Entry(State.HEARD, 100, lastSent()));
    votes.received(from, beat(3, from * 100L, ++sequence, settled, row), at(ms));
  }

  private void join() {
    for (long ms = 0; ms <= 5_000; ms += 250) {
      votes.tick(at(ms));
      if (ms > 3_000 && ms % 1_000 == 0) {
        hear(2, ms, Map.of(3, new Entry(State.HEARD, 300, 1)));
        hear(3, ms, Map.of(2, new Entry(State.HEARD, 200, 1)));
      }
    }
    take();
    assertThat(votes.phase()).isEqualTo(Votes.Phase.STEADY);
  }

  @Test
  void aNewLifeIsMuteAtFirstAndJoinsWhenItIsInTouchWithAll() {
    votes.tick(at(2_999));
    votes.received(2, beat(3, 200, ++sequence, Map.of()), at(2_999));
    assertThat(take()).isEmpty();
    assertThat(votes.waitsFor(at(2_999))).contains("not listened");
    join();
    assertThat(effects)
        .contains(new Effect.Up(1, 100), new Effect.Up(2, 200), new Effect.Up(3, 300))
        .contains(new Effect.Renew(votes.renewedNanos()));
    votes.volumes(Map.of(9, 55L));
    assertThat(votes.lives())
        .isEqualTo(Map.of(1, Map.of(9, 55L), 2, Map.of(9, 201L), 3, Map.of(9, 301L)));
  }

  /** Node 3 may still write: former lives of both, which have forgotten it, have heard it. */
  @Test
  void newLivesDoNotJoinWithoutTheThirdBeforeItsTimeToWriteIsOver() {
    for (long ms = 0; ms <= 7_000; ms += 250) {
      if (ms > 3_000) {
        hear(2, ms, Map.of(), ms >= 6_900);
      }
      votes.tick(at(ms));
      if (ms < 6_900) {
        assertThat(votes.phase()).isNotEqualTo(Votes.Phase.STEADY);
      }
      if (ms == 6_500) {
        assertThat(votes.waitsFor(at(ms))).contains("nodes [1] have run for 6500 ms, 2 needed");
      }
    }
    assertThat(votes.phase()).isEqualTo(Votes.Phase.STEADY);
  }

  /** Node 2 has not joined, and waits for node 3's end, too. */
  @Test
  void itDoesNotJoinWithoutANodeThatAnotherHasHeardAndNotGivenUp() {
    for (long ms = 0; ms <= 9_000; ms += 250) {
      if (ms > 3_000) {
        State third = ms < 8_000 ? State.SILENT : State.GONE;
        hear(2, ms, Map.of(3, new Entry(third, 300, 1)));
      }
      votes.tick(at(ms));
      assertThat(votes.phase() == Votes.Phase.STEADY).as("at %d", ms).isEqualTo(ms >= 8_000);
    }
  }

  @Test
  void itsGenerationIsHigherThanThatOfItsLastLife() {
    votes.received(2, beat(3, 200, 1, Map.of(1, new Entry(State.GONE, 500, 1))), at(10));
    votes.tick(at(3_000));
    assertThat(take()).contains(new Effect.Up(1, 501));
  }

  /** The clock that lives are numbered by was set back, and links were refused while it watched. */
  @Test
  void itsGenerationRisesWhenItHearsTooLateOfItsLastLife() {
    votes.tick(at(3_000));
    take();
    votes.received(2, beat(3, 200, 1, Map.of(1, new Entry(State.GONE, 500, 1))), at(3_100));
    votes.tick(at(4_000));
    assertThat(take())
        .filteredOn(effect -> effect instanceof Effect.Send)
        .last()
        .matches(effect -> ((Effect.Send) effect).beat().generation() == 501);
  }

  @Test
  void withoutAMajorityItSaysWhatIsMissing() {
    votes.tick(at(3_000));
    votes.received(2, beat(5, 200, 1, Map.of()), at(3_100));
    votes.tick(at(6_000));
    assertThat(votes.waitsFor(at(6_000)))
        .isEqualTo(
            "no quorum: in touch with nodes [1], 2 of 3 expected votes needed;"
                + " node 2 has expected_votes 5, this node 3");
  }

  @Test
  void aNodeIsDeadWhenAMajorityHasGivenItUpAndNotBefore() {
    join();
    for (long ms = 5_250; ms <= 11_750; ms += 250) {
      votes.tick(at(ms));
      if (ms % 1_000 == 0) {
        hear(2, ms, Map.of(3, new Entry(State.HEARD, 300, 1)));
      }
    }
    assertThat(take()).as("node 2 still hears it").doesNotContain(new Effect.Down(3, true));
    hear(2, 11_800, Map.of(3, new Entry(State.GONE, 300, 1)));
    assertThat(take()).contains(new Effect.Down(3, true));
    assertThat(votes.isUp(3)).isFalse();
  }

  @Test
  void aNodeWithoutMajorityCountsNobodyDeadAndRenewsNothing() {
    join();
    long renewed = votes.renewedNanos();
    for (long ms = 5_250; ms <= 30_000; ms += 250) {
      votes.tick(at(ms));
    }
    assertThat(take()).allMatch(effect -> effect instanceof Effect.Send);
    assertThat(votes.renewedNanos()).isEqualTo(renewed);
    assertThat(votes.isQuorate(at(30_000))).isFalse();
  }

  @Test
  void theTimeToWriteCountsFromTheOldestBeatThatAMajorityHasHeard() {
    join();
    votes.tick(at(6_000));
    final int sent = lastSent();
    votes.tick(at(7_000));
    take();
    votes.received(
        2, beat(3, 200, ++sequence, Map.of(1, new Entry(State.HEARD, 100, sent))), at(7_900));
    assertThat(take()).containsExactly(new Effect.Renew(at(6_000)));
  }

  @Test
  void aNewLifeOfANodeIsNotHeardBeforeTheOldOneIsDead() {
    join();
    votes.received(3, beat(3, 301, 1, Map.of()), at(5_100));
    assertThat(take()).isEmpty();
    votes.ended(3, at(5_200), at(5_300));
    assertThat(take()).doesNotContain(new Effect.Down(3, false));
    hear(2, 5_400, Map.of(3, new Entry(State.GONE, 300, 1)));
    assertThat(take()).contains(new Effect.Down(3, false));
    votes.received(3, beat(3, 301, 2, Map.of()), at(5_500));
    assertThat(take()).contains(new Effect.Up(3, 301));
  }

  @Test
  void whoLeavesIsGoneAtOnce() {
    join();
    votes.received(
        3, new Beat(3, 1_000, 6_500, 300, 99, true, true, true, Map.of(), Map.of()), at(5_100));
    assertThat(take()).contains(new Effect.Down(3, false));
    votes.leave(at(5_200));
    assertThat(take()).contains(new Effect.Down(2, false), new Effect.Down(1, false));
    assertThat(votes.phase()).isEqualTo(Votes.Phase.LEFT);
  }

  @Test
  void aNodeThatDoesNotHearUsThoughWeHearItLosesItsPlace() {
    join();
    for (long ms = 5_250; ms <= 15_000; ms += 250) {
      votes.tick(at(ms));
      if (ms % 1_000 == 0) {
        hear(2, ms, Map.of(3, new Entry(State.HEARD, 300, 1)));
        votes.received(
            3, beat(3, 300, ++sequence, Map.of(1, new Entry(State.SILENT, 100, 1))), at(ms));
      }
    }
    int last = lastSent();
    Beat said =
        effects.stream()
            .filter(e -> e instanceof Effect.Send send && send.beat().sequence() == last)
            .map(e -> ((Effect.Send) e).beat())
            .findFirst()
            .orElseThrow();
    assertThat(said.row().get(3).state()).isNotEqualTo(State.HEARD);
    assertThat(said.row().get(2).state()).isEqualTo(State.HEARD);
  }
}
