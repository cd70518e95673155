package org.lockstepfs.fuse.sim;

import org.lockstepfs.locks.sim.SeededScheduler;
import org.lockstepfs.stack.sim.SimNode;
import org.lockstepfs.stack.sim.SimWorld;

/** What goes wrong in a run, by seed. */
final class Faults {
  private final Cluster cluster;
  private final SimWorld world;
  private final SeededScheduler random;
  private final int count;

  Faults(Cluster cluster, int count) {
    this.cluster = cluster;
    this.world = cluster.world;
    this.random = cluster.random;
    this.count = count;
  }

  void begin(long withinMs) {
    for (int i = 0; i < count; i++) {
      world.after(world.between(0, withinMs - 1_000), this::strike);
    }
  }

  private void strike() {
    if (cluster.up().isEmpty()) {
      return;
    }
    Life life = random.pick(cluster.up());
    if (cluster.stack.isUser() && random.chance(40)) {
      peacefully(life);
      return;
    }
    if (cluster.stack.byVotes() && random.chance(50)) {
      onTheNetwork(life);
      return;
    }
    long how = world.between(100, random.chance(50) ? 4_000 : 12_000);
    int side = random.below(1 << 9);
    int dice = random.below(100);
    random.trace(() -> "fault " + dice + " of node " + life.number + " for " + how / SimWorld.MS);
    if (dice < 15) {
      life.stop(how);
    } else if (dice < 30) {
      life.hang(how);
    } else if (dice < 45) {
      cut(side, how);
    } else if (dice < 50) {
      breakLinks(side);
    } else if (dice < 55) {
      life.stepTimeOfDay((random.chance(50) ? 1 : -1) * how);
    } else {
      life.end();
    }
  }

  /** What must go well beside everything that goes wrong. */
  private void peacefully(Life life) {
    if (random.chance(20)) {
      cluster.renewLink(life, random.pick(cluster.up()));
    } else {
      random.trace(() -> "node " + life.number + " shall leave, " + life.stage);
      life.leaveWhenMounted();
    }
  }

  /**
   * What is hard for votes: a link that is cut or broken, several nodes killed at once, a node lost
   * while its disk hangs.
   */
  private void onTheNetwork(Life life) {
    Life other = random.pick(cluster.up());
    long how = world.between(500, 15_000);
    boolean oneWay = random.chance(50);
    int dice = random.below(100);
    random.trace(
        () -> "network fault " + dice + " of " + life.number + " for " + how / SimWorld.MS);
    if (dice < 15) {
      life.breakLink(other.number);
    } else if (dice < 30) {
      cluster.up().stream().filter(any -> random.chance(60)).forEach(Life::end);
    } else if (dice < 55) {
      cut(life, other, true);
      if (oneWay) {
        world.cut(other.number, life.number, false);
      }
      world.after(how, () -> cut(life, other, false));
    } else {
      life.hang(world.between(500, 16_000));
      world.after(
          world.between(0, 3_000),
          () -> {
            if (oneWay) {
              life.end();
            } else {
              cut(1 << life.number, how);
            }
          });
    }
  }

  private void cut(Life one, Life other, boolean isCut) {
    world.cut(one.number, other.number, isCut);
    world.cut(other.number, one.number, isCut);
  }

  /** Nothing passes between two sides for a while. */
  private void cut(int side, long how) {
    world.split(side, true);
    world.after(how, () -> world.split(side, false));
  }

  /** Every connection between two sides breaks; quorum decides which side goes on. */
  private void breakLinks(int side) {
    for (Life one : cluster.up()) {
      for (SimNode other : cluster.up()) {
        if ((side >> one.number & 1) != (side >> other.number & 1)) {
          one.breakLink(other.number);
        }
      }
    }
  }

  /** Ends all faults. */
  void end() {
    for (int bit = 1; bit <= 8; bit++) {
      world.split(1 << bit, false);
    }
  }

  /**
   * A link that broke while both its ends kept quorum through a third node is not made again; an
   * operator restarts one of them. By votes the nodes decide that.
   */
  void mend() {
    if (cluster.lives.size() == 2 || cluster.stack.byVotes()) {
      return;
    }
    for (Life one : cluster.up()) {
      for (Life other : cluster.up()) {
        if (one.number < other.number && one.hasGivenUp(other) && one.isUp() && other.isUp()) {
          other.end();
        }
      }
    }
  }
}
