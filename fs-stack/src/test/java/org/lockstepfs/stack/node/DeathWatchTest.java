package org.lockstepfs.stack.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.node.DeathWatch.Look;

/** Time is in nanoseconds, an interval is 100 of them. */
class DeathWatchTest {
  private static final int NODE = 2;

  private final Set<Integer> live = new HashSet<>(Set.of(1, NODE, 3));
  private final Set<Integer> gone = new HashSet<>();
  private final DeathWatch watch = new DeathWatch(100, 700, live::contains, gone::contains);

  private Set<Integer> look(long at, long changed) {
    return watch.round(List.of(new Look("vol", at, Map.of(NODE, changed))), at);
  }

  @Test
  void aRefusedPortALostMemberAndTwoQuietIntervalsTogetherAreADeath() {
    assertThat(watch.suspect(NODE, 0)).isTrue();
    assertThat(look(10, 10)).as("written just before the end, seen just after it").isEmpty();
    watch.probed(NODE, true);
    gone.add(NODE);
    assertThat(look(110, 10)).isEmpty();
    assertThat(look(209, 10)).isEmpty();
    assertThat(look(210, 10)).containsExactly(NODE);
    assertThat(watch.suspects()).isEmpty();
  }

  @Test
  void aNodeThatBeatsAfterItsLinkWasClosedLives() {
    watch.suspect(NODE, 0);
    watch.probed(NODE, true);
    gone.add(NODE);
    look(10, -50);
    assertThat(look(60, 55)).isEmpty();
    assertThat(watch.suspects()).isEmpty();
    assertThat(look(500, 55)).isEmpty();
  }

  /** A stopped process: its kernel accepts connections for it. */
  @Test
  void aNodeWhosePortAnswersIsNotDeclaredDeadHoweverQuietItIs() {
    watch.suspect(NODE, 0);
    gone.add(NODE);
    look(10, -50);
    for (long at = 60; at < 700; at += 50) {
      watch.probed(NODE, false);
      assertThat(look(at, -50)).isEmpty();
    }
    look(701, -50);
    assertThat(watch.suspects()).as("the heartbeat tells now").isEmpty();
  }

  @Test
  void aMemberIsNotDeclaredDead() {
    watch.suspect(NODE, 0);
    watch.probed(NODE, true);
    look(10, -50);
    assertThat(look(400, -50)).isEmpty();
    gone.add(NODE);
    assertThat(look(450, -50)).containsExactly(NODE);
  }

  @Test
  void everyRegionInWhichItIsLiveMustBeQuiet() {
    watch.suspect(NODE, 0);
    watch.probed(NODE, true);
    gone.add(NODE);
    look(10, -50);
    Look one = new Look("vol", 300, Map.of(NODE, -50L));
    Look late = new Look("other", 300, Map.of(NODE, -20L));
    Look without = new Look("third", 300, Map.of(1, 290L));
    assertThat(watch.round(List.of(one, late, without), 300)).as("first look there").isEmpty();
    Look later = new Look("other", 500, Map.of(NODE, -20L));
    assertThat(watch.round(List.of(one, later, without), 500)).containsExactly(NODE);
    watch.suspect(NODE, 600);
    assertThat(watch.round(List.of(), 900)).as("no look at all").isEmpty();
  }

  @Test
  void onlyLiveNodesAreSuspectedAndAnAcquittedOneStartsAnew() {
    assertThat(watch.suspect(9, 0)).isFalse();
    watch.suspect(NODE, 0);
    watch.probed(NODE, true);
    gone.add(NODE);
    look(10, -50);
    watch.acquit(NODE);
    watch.suspect(NODE, 300);
    watch.probed(NODE, true);
    assertThat(look(310, -50)).isEmpty();
    live.remove(NODE);
    assertThat(look(900, -50)).isEmpty();
    assertThat(watch.suspects()).isEmpty();
  }
}
