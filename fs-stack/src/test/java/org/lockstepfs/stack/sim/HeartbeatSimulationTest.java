package org.lockstepfs.stack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Heartbeat, quorum and fence of 2 to 8 nodes under stops, hanging disks, splits, kills and clocks
 * that differ and are set. Guards against: a write of a node that a peer has given up; a node given
 * up that may still write; two sides of a split, or none, that go on.
 */
@Timeout(60)
class HeartbeatSimulationTest {
  private static final int SEEDS = 1_500;
  private static final long SETTLED_MS = 14_000;

  private static SimWorld settled(long seed, Sabotage sabotage) throws IOException {
    SimWorld world = new SimWorld(seed, 2 + (int) (seed % 7), sabotage);
    for (int n = 1; n <= world.config.nodes().size(); n++) {
      SimNode node = new SimNode(world, n);
      world.after(world.between(0, 3_000), node::start);
    }
    world.passUntil(SETTLED_MS * SimWorld.MS);
    assertThat(world.nodes).as("seed %d", seed).allMatch(SimNode::isSteady);
    return world;
  }

  private static SimWorld troubled(long seed, Sabotage sabotage) throws IOException {
    SimWorld world = settled(seed, sabotage);
    int troubles = 1 + world.random.nextInt(5);
    for (int i = 0; i < troubles; i++) {
      SimNode node = world.nodes.get(world.random.nextInt(world.nodes.size()));
      long how = world.between(100, 12_000);
      int side = world.random.nextInt(1 << 9);
      Runnable trouble =
          switch (world.random.nextInt(6)) {
            case 0, 1 -> () -> node.stop(how);
            case 2 -> () -> node.hang(how);
            case 3 -> () -> world.split(side, true);
            case 4 -> () -> node.stepTimeOfDay((world.random.nextBoolean() ? 1 : -1) * how);
            default -> node::end;
          };
      long begins = world.between(0, 15_000);
      world.after(begins, trouble);
      if (world.random.nextBoolean()) {
        world.after(begins + how, () -> world.split(side, false));
      }
    }
    world.passUntil(world.now() + 35_000 * SimWorld.MS);
    return world;
  }

  @Test
  void noNodeWritesAfterItWasGivenUpAndNoneIsGivenUpThatMayWrite() throws IOException {
    int ended = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = troubled(seed, Sabotage.NONE);
      assertThat(world.violations).as("seed %d", seed).isEmpty();
      ended += (int) world.nodes.stream().filter(n -> n.fence.isFenced()).count();
    }
    assertThat(ended).as("the runs must reach the fence").isGreaterThan(SEEDS / 2);
  }

  /** A split for good, while nodes are stopped and disks hang for a moment here and there. */
  private static SimWorld split(long seed, int side, Sabotage sabotage) throws IOException {
    SimWorld world = settled(seed, sabotage);
    world.after(world.between(0, 1_000), () -> world.split(side, true));
    for (SimNode node : world.nodes) {
      long stop = world.between(1, 900);
      long hang = world.between(1, 400);
      world.after(world.between(0, 10_000), () -> node.stop(stop));
      world.after(world.between(0, 10_000), () -> node.hang(hang));
    }
    world.passUntil(world.now() + 30_000 * SimWorld.MS);
    return world;
  }

  private static int sideOf(SimWorld world, long seed) {
    int nodes = world.config.nodes().size();
    return 1 + (int) Math.floorMod(seed * 0x9E3779B97F4A7C15L, (1L << nodes) - 2);
  }

  private static boolean exactlyTheRightSideGoesOn(SimWorld world, int side) {
    List<SimNode> up = world.nodes.stream().filter(SimNode::isUp).toList();
    int all = world.nodes.size();
    int size = (int) world.nodes.stream().filter(n -> (side >> n.number & 1) != 0).count();
    boolean first = 2 * size > all || 2 * size == all && (side & 2) != 0;
    List<SimNode> right =
        world.nodes.stream().filter(n -> ((side >> n.number & 1) != 0) == first).toList();
    return up.equals(right);
  }

  @Test
  void exactlyOneSideSurvivesASplitAndGoesOnInUnderTenSeconds() throws IOException {
    long longest = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      int side = sideOf(new SimWorld(seed, 2 + (int) (seed % 7), Sabotage.NONE), seed) << 1;
      SimWorld world = split(seed, side, Sabotage.NONE);
      assertThat(world.violations).as("seed %d", seed).isEmpty();
      assertThat(exactlyTheRightSideGoesOn(world, side))
          .as("seed %d: side %s of %s", seed, Integer.toBinaryString(side), world.nodes)
          .isTrue();
      for (SimNode survivor : world.nodes) {
        for (SimNode other : world.nodes) {
          if (survivor.isUp() && !other.isUp()) {
            long at = survivor.seenDownAt[other.number];
            longest = Math.max(longest, (at - world.lastCut()) / SimWorld.MS);
          }
        }
      }
    }
    System.out.printf("split: the right side goes on after %d ms at most%n", longest);
    assertThat(longest).isLessThan(10_000);
  }

  /** Hosts that lose their power: links fall silent while heartbeats stop. */
  private static boolean survivorsOfAPowerFailureGoOn(long seed, Sabotage sabotage)
      throws IOException {
    SimWorld world = settled(seed, sabotage);
    int dead = sideOf(world, seed) << 1;
    world.after(
        world.between(0, 1_000),
        () -> {
          for (SimNode node : world.nodes) {
            if ((dead >> node.number & 1) != 0) {
              node.end();
              world.split(1 << node.number, true);
            }
          }
        });
    world.passUntil(world.now() + 25_000 * SimWorld.MS);
    return world.violations.isEmpty()
        && world.nodes.stream().allMatch(n -> n.isUp() == ((dead >> n.number & 1) == 0));
  }

  @Test
  void whoeverIsLeftAfterAPowerFailureGoesOn() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      assertThat(survivorsOfAPowerFailureGoOn(seed, Sabotage.NONE)).as("seed %d", seed).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void everySabotageIsNoticed(Sabotage sabotage) throws IOException {
    int noticed = 0;
    for (long seed = 0; seed < 150 && noticed == 0; seed++) {
      int side = sideOf(new SimWorld(seed, 2 + (int) (seed % 7), Sabotage.NONE), seed) << 1;
      if (!exactlyTheRightSideGoesOn(split(seed, side, sabotage), side)
          || !survivorsOfAPowerFailureGoOn(seed, sabotage)
          || !troubled(seed, sabotage).violations.isEmpty()) {
        noticed++;
      }
    }
    assertThat(noticed).as("%s", sabotage).isPositive();
  }
}
