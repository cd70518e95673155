package org.lockstepfs.stack.votes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Votes and fence of 2 to 7 nodes under cuts of one and both directions, resets, stops, kills,
 * restarts and clocks that differ. Guards against: a write of a node that a peer counts dead; a
 * node counted dead that may still write; two sides that act; a cluster that does not come to rest
 * when the faults are over. Property {@code lockstep.votes.seeds} says how many runs.
 */
@Timeout(3600)
class VotesSimulationTest {
  private static final int SEEDS = Integer.getInteger("lockstep.votes.seeds", 750);
  private static final int FEW = SEEDS / 5;
  private static final long SETTLED_MS = 16_000;
  private static final long REST_MS = 45_000;

  private static VotesWorld settled(long seed, int size, Sabotage sabotage) {
    VotesWorld world = new VotesWorld(seed, size, sabotage);
    world.startAll(3_000);
    world.pass(SETTLED_MS);
    return world;
  }

  private static VotesWorld settled(long seed, Sabotage sabotage) {
    return settled(seed, 2 + (int) (seed % 6), sabotage);
  }

  /** Two nodes that may write and have not one node in common that they are in touch with. */
  private static void findSides(VotesWorld world) {
    List<VotesNode> acting =
        world.running().stream().filter(n -> n.mayWrite() && n.isQuorate()).toList();
    for (VotesNode a : acting) {
      for (VotesNode b : acting) {
        Set<Integer> common = a.side();
        common.retainAll(b.side());
        if (common.isEmpty()) {
          world.violation("nodes " + a + " and " + b + " act on two sides");
        }
      }
    }
  }

  private static void pass(VotesWorld world, long ms) {
    for (long passed = 0; passed < ms; passed += 500) {
      world.pass(500);
      findSides(world);
    }
  }

  private static void trouble(VotesWorld world) {
    int a = 1 + world.random.nextInt(world.size);
    int b = 1 + (a + world.random.nextInt(world.size - 1)) % world.size;
    int side = world.random.nextInt(1 << (world.size + 1));
    long begins = world.between(0, 20_000);
    long lasts = world.between(100, 14_000);
    switch (world.random.nextInt(9)) {
      case 0, 1 -> {
        world.after(begins, () -> world.split(side, true));
        world.after(begins + lasts, () -> world.split(side, false));
      }
      case 2, 3 -> {
        world.after(begins, () -> world.cut(a, b, true));
        world.after(begins + lasts, () -> world.cut(a, b, false));
      }
      case 4 -> world.after(begins, () -> ifThere(world, a, b));
      case 5, 6 ->
          world.after(
              begins,
              () ->
                  world.running().stream().filter(n -> n.number == a).forEach(n -> n.stop(lasts)));
      case 7 ->
          world.after(
              begins,
              () -> world.running().stream().filter(n -> n.number == a).forEach(VotesNode::leave));
      default -> {
        world.after(
            begins,
            () -> world.running().stream().filter(n -> n.number == a).forEach(VotesNode::kill));
        world.after(begins + lasts / 3, () -> restart(world, a));
      }
    }
  }

  private static void ifThere(VotesWorld world, int a, int b) {
    VotesNode from = world.node(a);
    VotesNode to = world.node(b);
    if (from != null && to != null) {
      from.breakLink(to);
    }
  }

  private static void restart(VotesWorld world, int number) {
    VotesNode old = world.node(number);
    if (old == null || !old.isRunning()) {
      new VotesNode(world, number).start();
    }
  }

  private static VotesWorld troubled(long seed, Sabotage sabotage) {
    VotesWorld world = settled(seed, sabotage);
    int troubles = 1 + world.random.nextInt(6);
    for (int i = 0; i < troubles; i++) {
      trouble(world);
    }
    pass(world, 35_000);
    world.heal();
    pass(world, REST_MS);
    return world;
  }

  /** Whoever runs has joined and is in touch with all others that run, and with nobody else. */
  private static boolean isAtRest(VotesWorld world) {
    Set<Integer> running = new TreeSet<>();
    world.running().forEach(n -> running.add(n.number));
    boolean enough = running.size() > world.size / 2;
    return world.running().stream()
        .allMatch(
            n ->
                enough
                    ? n.isSteady() && n.side().equals(running) && n.up.keySet().equals(running)
                    : !n.mayWrite());
  }

  private static boolean allComeBack(VotesWorld world) {
    for (int n = 1; n <= world.size; n++) {
      restart(world, n);
    }
    pass(world, REST_MS);
    return world.running().size() == world.size && isAtRest(world);
  }

  @Test
  void noNodeWritesAfterItWasCountedDeadAndAllComesToRest() {
    int ended = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      VotesWorld world = troubled(seed, Sabotage.NONE);
      assertThat(isAtRest(world)).as("seed %d: %s", seed, world.nodes).isTrue();
      ended += world.size - world.running().size();
      assertThat(allComeBack(world)).as("seed %d, all again: %s", seed, world.nodes).isTrue();
      assertThat(world.violations).as("seed %d", seed).isEmpty();
    }
    assertThat(ended).as("the runs must reach the fence").isGreaterThan(SEEDS / 2);
  }

  @Test
  void theMajorityOfASplitGoesOnInUnderTenSecondsAndTheMinorityStops() {
    long longest = 0;
    for (long seed = 0; seed < FEW; seed++) {
      VotesWorld world = settled(seed, Sabotage.NONE);
      int side = 2 + 2 * world.random.nextInt((1 << world.size) - 2);
      long cutAt = world.now();
      world.split(side, true);
      pass(world, 20_000);
      assertThat(world.violations).as("seed %d", seed).isEmpty();
      int size = Integer.bitCount(side);
      for (VotesNode node : List.copyOf(world.nodes)) {
        boolean inside = (side >> node.number & 1) != 0;
        boolean goesOn = 2 * (inside ? size : world.size - size) > world.size;
        assertThat(node.isRunning()).as("seed %d: %s", seed, world.nodes).isEqualTo(goesOn);
        for (long at : goesOn ? node.downAt.values() : Set.<Long>of()) {
          longest = Math.max(longest, (at - cutAt) / VotesWorld.MS);
        }
        assertThat(goesOn || node.downAt.isEmpty()).as("the minority only stops").isTrue();
      }
    }
    System.out.printf("votes: the majority goes on after %d ms at most%n", longest);
    assertThat(longest).isBetween(6_000L, 8_000L);
  }

  /** One of the links between three and more nodes is cut for good, one way or both. */
  private static boolean exactlyTheLoserStops(long seed, Sabotage sabotage) {
    VotesWorld world = settled(seed, 3 + (int) (seed % 5), sabotage);
    int a = 1 + world.random.nextInt(world.size);
    int b = 1 + (a + world.random.nextInt(world.size - 1)) % world.size;
    world.cut(a, b, true);
    world.cut(b, a, world.random.nextBoolean());
    pass(world, 20_000);
    VotesNode loser = world.node(Math.max(a, b));
    return world.violations.isEmpty()
        && !loser.isRunning()
        && world.running().size() == world.size - 1
        && isAtRest(world);
  }

  @Test
  void ofTwoNodesThatDoNotHearEachOtherTheHigherStops() {
    for (long seed = 0; seed < FEW; seed++) {
      assertThat(exactlyTheLoserStops(seed, Sabotage.NONE)).as("seed %d", seed).isTrue();
    }
  }

  /**
   * Node 1, which never comes to join because node 2 does not hear it, gives node 2 up, dies and
   * begins anew as if nothing had been; then node 3 gives node 2 up, too.
   */
  private static VotesWorld forgetful(long seed, Sabotage sabotage) {
    VotesWorld world = new VotesWorld(seed, 3, sabotage);
    new VotesNode(world, 2).start();
    new VotesNode(world, 3).start();
    pass(world, 12_000);
    world.cut(1, 2, true);
    new VotesNode(world, 1).start();
    pass(world, 7_000);
    world.cut(2, 1, true);
    pass(world, 3_000);
    pass(world, world.random.nextInt(1_000));
    world.split(1 << 3, true);
    world.cut(1, 3, false);
    world.cut(3, 1, false);
    pass(world, 3_000);
    pass(world, world.random.nextInt(1_500));
    world.node(1).kill();
    world.heal();
    world.split(1 << 3, true);
    pass(world, world.random.nextInt(500));
    new VotesNode(world, 1).start();
    pass(world, 10_000);
    return world;
  }

  @Test
  void aNewLifeDoesNotUndoWhatAnEarlierOneSaid() {
    for (long seed = 0; seed < FEW; seed++) {
      assertThat(forgetful(seed, Sabotage.NONE).violations).as("seed %d", seed).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void everySabotageIsNoticed(Sabotage sabotage) {
    boolean noticed = false;
    for (long seed = 0; seed < 150 && !noticed; seed++) {
      noticed =
          !troubled(seed, sabotage).violations.isEmpty()
              || !exactlyTheLoserStops(seed, sabotage)
              || !forgetful(seed, sabotage).violations.isEmpty();
    }
    assertThat(noticed).as("%s", sabotage).isTrue();
  }
}
