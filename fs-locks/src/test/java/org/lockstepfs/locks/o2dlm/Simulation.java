package org.lockstepfs.locks.o2dlm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/**
 * One run: 2 to 5 nodes come and go, lock, convert, cancel and unlock a few resources, die and come
 * back; each hears of deaths in its own time. Then faults stop, and everything must come to rest
 * with nobody left waiting; then all leave, and nothing may remain.
 */
final class Simulation {
  private static final int MIN_STEPS = 300;
  private static final int MORE_STEPS = 900;
  private static final int REST_STEPS = 30_000;

  /** What a node's heartbeat will notice of another. */
  private record Change(SimNode node, boolean up) {}

  private final SeededScheduler scheduler;
  private final SeededNetwork<Message> network;
  private final List<SimLock.Shared> resources = new ArrayList<>();
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<Queue<Change>> heartbeats = new ArrayList<>();
  private final SimNode.Deaths deaths = new SimNode.Deaths();
  private int crashesLeft;

  Simulation(SeededScheduler scheduler, Mutation mutation) {
    this.scheduler = scheduler;
    this.network = new SeededNetwork<>(scheduler);
    int resourceCount = 1 + scheduler.below(5);
    for (int i = 0; i < resourceCount; i++) {
      resources.add(new SimLock.Shared(ResName.of("M" + i), scheduler.chance(70)));
    }
    int nodeCount = 2 + scheduler.below(4);
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(new SimNode(i, resources, scheduler, network, deaths, mutation));
      heartbeats.add(new ArrayDeque<>());
    }
    deaths.onDeath = this::heartbeatEnds;
    int doomedPercent = scheduler.chance(50) ? 4 : 0;
    deaths.doom = message -> crashesLeft > 0 && dies(message, doomedPercent);
    crashesLeft = scheduler.chance(25) ? 0 : 1 + scheduler.below(5);
    scheduler.add(60, network::deliverOne);
    scheduler.add(30, () -> scheduler.pick(nodes).act());
    scheduler.add(3, this::tick);
    scheduler.add(4, this::start);
    scheduler.add(4, this::notice);
    scheduler.add(3, this::crash);
    scheduler.add(1, this::close);
    scheduler.add(1, this::longPause);
  }

  /** Returns how many value blocks were read and found fresh. */
  int run() {
    work();
    crashesLeft = 0;
    rest();
    leaveAll();
    return resources.stream().mapToInt(shared -> shared.freshReads).sum();
  }

  int deaths() {
    return deaths.count();
  }

  private void work() {
    start();
    if (scheduler.chance(50)) {
      // All join first, so that they meet the same names for the first time together.
      for (int i = 0; i < 500; i++) {
        start();
        notice();
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

  private boolean start() {
    SimNode node = scheduler.pick(nodes);
    if (node.engine != null || isStillNoticed(node)) {
      return false;
    }
    NodeMap live = NodeMap.of(node.number);
    for (SimNode other : nodes) {
      if (other.engine != null) {
        live.add(other.number);
        heartbeats.get(other.number).add(new Change(node, true));
      }
    }
    heartbeats.get(node.number).clear();
    node.start(live);
    return true;
  }

  /**
   * Until a starting node has made sure of its own heartbeat, all others have noticed that its
   * generation changed.
   */
  private boolean isStillNoticed(SimNode node) {
    return nodes.stream()
        .filter(other -> other.engine != null)
        .flatMap(other -> heartbeats.get(other.number).stream())
        .anyMatch(change -> change.node == node);
  }

  private boolean crash() {
    List<SimNode> alive = nodes.stream().filter(node -> node.engine != null).toList();
    if (crashesLeft == 0 || alive.isEmpty() || scheduler.chance(80)) {
      return false;
    }
    crashesLeft--;
    // Several at once, now and then.
    do {
      SimNode victim = scheduler.pick(alive);
      if (victim.engine != null) {
        victim.crash();
      }
    } while (scheduler.chance(20));
    return true;
  }

  /** Whoever leads a recovery, or moves a resource, is in more danger than others. */
  private boolean dies(Message message, int percent) {
    boolean risky =
        switch (MessageType.of(message.type())) {
          case BEGIN_RECO, LOCK_REQUEST, MIG_LOCKRES, RECO_DATA_DONE -> scheduler.chance(percent);
          case FINALIZE_RECO, MIGRATE_REQUEST -> scheduler.chance(3 * percent);
          default -> false;
        };
    crashesLeft -= risky ? 1 : 0;
    return risky;
  }

  private void heartbeatEnds(SimNode gone) {
    for (SimNode other : nodes) {
      if (other.engine != null) {
        heartbeats.get(other.number).add(new Change(gone, false));
      }
    }
  }

  /** Some node notices that another came or went. */
  private boolean notice() {
    SimNode node = scheduler.pick(nodes);
    Change change = heartbeats.get(node.number).poll();
    if (change == null || node.engine == null) {
      return false;
    }
    scheduler.trace(
        () -> node.number + ": sees " + change.node.number + (change.up ? " up" : " down"));
    if (change.up) {
      node.engine.nodeUp(change.node.number);
      node.drain();
    } else {
      node.nodeDown(change.node.number);
    }
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
      moved |= notice();
      for (SimNode node : nodes) {
        moved |= node.closing ? node.close() : node.settleDown();
      }
      SimInvariants.check(nodes, resources);
      if (moved) {
        continue;
      }
      if (nobodyWaits()) {
        SimInvariants.checkAtRest(nodes, resources);
        return;
      }
      tick();
    }
    throw new AssertionError("somebody waits for ever: " + describe());
  }

  private boolean nobodyWaits() {
    for (SimNode node : nodes) {
      if (node.engine == null) {
        continue;
      }
      Domain domain = node.engine.inspect();
      boolean recovering = !domain.dead.isEmpty() || domain.recovery.isUnderWay();
      boolean waiting = node.locks.stream().anyMatch(lock -> lock.busy || lock.cancelling);
      boolean unaware = !heartbeats.get(node.number).isEmpty();
      if (!node.isJoined() || recovering || waiting || unaware || node.closing) {
        return false;
      }
    }
    return network.isQuiet();
  }

  private void leaveAll() {
    for (int i = 0; i < REST_STEPS; i++) {
      boolean moved = network.deliverOne();
      moved |= notice();
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
        Domain domain = node.engine.inspect();
        text.append("\nnode ").append(node.number).append(' ').append(node.engine.state());
        text.append(node.closing ? " closing" : "").append(" members ");
        text.append(node.engine.members()).append(" dead ").append(domain.dead);
        text.append(domain.recovery.isUnderWay() ? " recovering" : "");
        domain.resources.values().forEach(r -> text.append("\n  ").append(r));
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
