package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/**
 * One run: 2 to 5 nodes come and go, lock, convert, cancel and unlock a few resources; then
 * everything must come to rest with nobody left waiting; then all leave, and nothing may remain.
 */
final class Simulation {
  private static final int MIN_STEPS = 300;
  private static final int MORE_STEPS = 900;
  private static final int REST_STEPS = 20_000;

  private final SeededScheduler scheduler;
  private final SeededNetwork<Message> network;
  private final List<SimLock.Shared> resources = new ArrayList<>();
  private final List<SimNode> nodes = new ArrayList<>();

  Simulation(SeededScheduler scheduler, SimNode.Mutation mutation) {
    this.scheduler = scheduler;
    this.network = new SeededNetwork<>(scheduler);
    int resourceCount = 1 + scheduler.below(5);
    for (int i = 0; i < resourceCount; i++) {
      resources.add(new SimLock.Shared(ResName.of("M" + i), scheduler.chance(70)));
    }
    int nodeCount = 2 + scheduler.below(4);
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(new SimNode(i, resources, scheduler, network, mutation));
    }
    scheduler.add(60, network::deliverOne);
    scheduler.add(30, () -> scheduler.pick(nodes).act());
    scheduler.add(3, this::tick);
    scheduler.add(4, this::start);
    scheduler.add(1, this::close);
    scheduler.add(1, this::longPause);
  }

  /** Returns how many value blocks were read and found fresh. */
  int run() {
    work();
    rest();
    leaveAll();
    return resources.stream().mapToInt(shared -> shared.freshReads).sum();
  }

  /**
   * As {@link #run}, but some node dies in the middle of the work. What it mastered waits for
   * recovery, so not all may come to rest; but all can cancel, unlock and leave.
   */
  void runWithDeath() {
    work();
    List<SimNode> alive = nodes.stream().filter(node -> node.engine != null).toList();
    if (!alive.isEmpty()) {
      SimNode victim = scheduler.pick(alive);
      scheduler.trace(() -> victim.number + ": dies");
      victim.crash();
      heartbeatEnds(victim);
      nodes.forEach(node -> node.bereaved = true);
    }
    for (int i = scheduler.below(200); i > 0; i--) {
      scheduler.step();
      SimInvariants.check(nodes, resources);
    }
    leaveAll();
  }

  private void work() {
    start();
    if (scheduler.chance(50)) {
      // All join first, so that they meet the same names for the first time together.
      for (int i = 0; i < 500; i++) {
        start();
        if (!network.deliverOne()) {
          tick();
        }
      }
    }
    for (int i = MIN_STEPS + scheduler.below(MORE_STEPS); i > 0; i--) {
      scheduler.step();
      SimInvariants.check(nodes, resources);
    }
  }

  private void heartbeatEnds(SimNode gone) {
    for (SimNode other : nodes) {
      if (other.engine != null) {
        other.engine.nodeDown(gone.number);
        other.drain();
      }
    }
  }

  private boolean start() {
    SimNode node = scheduler.pick(nodes);
    if (node.engine != null || node.bereaved) {
      return false;
    }
    NodeMap live = NodeMap.of(node.number);
    for (SimNode other : nodes) {
      if (other.engine != null) {
        live.add(other.number);
        other.engine.nodeUp(node.number);
        other.drain();
      }
    }
    node.start(live);
    return true;
  }

  private boolean close() {
    SimNode node = scheduler.pick(nodes);
    boolean acted = (node.closing || scheduler.chance(30)) && node.close();
    if (node.closing && node.engine == null && scheduler.chance(50)) {
      heartbeatEnds(node);
    }
    return acted;
  }

  private boolean tick() {
    scheduler.advance(5 + scheduler.below(60));
    tickAll();
    return true;
  }

  private boolean longPause() {
    scheduler.advance(Purge.IDLE_MS + 1);
    tickAll();
    return true;
  }

  private void tickAll() {
    for (SimNode node : nodes) {
      if (node.engine != null) {
        node.engine.tick(scheduler.nowMs());
        node.drain();
      }
    }
  }

  /** Delivers and gives way until nothing moves; then nobody may be waiting. */
  private void rest() {
    for (int i = 0; i < REST_STEPS; i++) {
      boolean moved = network.deliverOne();
      for (SimNode node : nodes) {
        moved |= node.closing ? node.close() : node.settleDown();
      }
      SimInvariants.check(nodes, resources);
      if (moved) {
        continue;
      }
      if (nobodyWaits()) {
        return;
      }
      tick();
    }
    throw new AssertionError("somebody waits for ever: " + describe());
  }

  private boolean nobodyWaits() {
    for (SimNode node : nodes) {
      boolean coming = node.engine != null && !node.isJoined();
      boolean waiting = node.locks.stream().anyMatch(lock -> lock.busy || lock.cancelling);
      if (coming || waiting || (node.closing && node.engine != null)) {
        return false;
      }
    }
    return true;
  }

  private void leaveAll() {
    for (int i = 0; i < REST_STEPS; i++) {
      boolean moved = network.deliverOne();
      moved |= scheduler.pick(nodes).close();
      SimInvariants.check(nodes, resources);
      if (nodes.stream().allMatch(node -> node.engine == null)) {
        return;
      }
      if (!moved) {
        tick();
      }
    }
    throw new AssertionError("somebody cannot leave: " + describe());
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (SimNode node : nodes) {
      if (node.engine != null) {
        text.append("\nnode ").append(node.number).append(' ').append(node.engine.state());
        text.append(node.closing ? " closing" : "").append(" members ");
        text.append(node.engine.members());
        node.engine.inspect().resources.values().forEach(r -> text.append("\n  ").append(r));
        node.locks.forEach(
            l ->
                text.append("\n  client ")
                    .append(l.shared.name)
                    .append(" level ")
                    .append(l.level)
                    .append(l.busy ? " busy for " + l.wanted : "")
                    .append(l.cancelling ? " cancelling" : "")
                    .append(l.unlocking ? " unlocking" : "")
                    .append(" blocking ")
                    .append(l.blocking));
      }
    }
    return text.toString();
  }
}
