package org.lockstepfs.locks.fsdlm;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/**
 * One run: 2 to 8 nodes lock, convert, cancel and unlock a few resources while nodes join, leave
 * and die, at any moment of a recovery too; then the set stays as it is, everything must come to
 * rest with nobody left waiting; then all unlock, and nothing may remain.
 */
final class Simulation {
  private static final int MIN_STEPS = 250;
  private static final int MORE_STEPS = 400;
  private static final int REST_STEPS = 20_000;

  private final SeededScheduler scheduler;
  private final SeededNetwork<Envelope> network;
  private final List<SimLock.Shared> resources = new ArrayList<>();
  private final List<SimNode> nodes = new ArrayList<>();
  private long seq;

  Simulation(SeededScheduler scheduler, SimNode.Mutation mutation) {
    this.scheduler = scheduler;
    this.network = new SeededNetwork<>(scheduler);
    int resourceCount = 1 + scheduler.below(3);
    for (int i = 0; i < resourceCount; i++) {
      resources.add(new SimLock.Shared(ResName.of("R" + scheduler.below(1000) + "." + i)));
    }
    int nodeCount = 2 + scheduler.below(scheduler.chance(50) ? 3 : 7);
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(new SimNode(i, resources, scheduler, network, mutation));
    }
    // Some runs are calm, in others no recovery gets to its end.
    scheduler.add(400, network::deliverOne);
    scheduler.add(60 + scheduler.below(120), () -> scheduler.pick(nodes).client.act());
    scheduler.add(20 + scheduler.below(60), () -> scheduler.pick(nodes).follow());
    scheduler.add(60, this::tick);
    scheduler.add(1 + scheduler.below(8), this::change);
    scheduler.add(scheduler.below(3), this::longPause);
  }

  /** Returns how many value blocks were read and found fresh. */
  int run() {
    nodes.stream().filter(node -> node.number < 2 || scheduler.chance(85)).forEach(SimNode::boot);
    newSet();
    if (scheduler.chance(80)) {
      begin();
    }
    for (int i = MIN_STEPS + scheduler.below(MORE_STEPS); i > 0; i--) {
      scheduler.step();
      SimInvariants.check(nodes, resources);
    }
    rest();
    SimInvariants.recordsAgree(nodes);
    nodes.forEach(node -> node.leaving = true);
    rest();
    nothingRemains();
    return resources.stream().mapToInt(shared -> shared.freshReads).sum();
  }

  /** Lets the first set come to work, so that there are locks when the next comes. */
  private void begin() {
    for (int i = 0; i < REST_STEPS && !nobodyWaits(); i++) {
      boolean moved = network.deliverOne();
      for (SimNode node : nodes) {
        moved |= node.follow();
      }
      if (!moved) {
        tick();
      }
    }
  }

  /** Nodes die, come and go, one or several at once. */
  private boolean change() {
    boolean changed = false;
    do {
      changed |= changeOne(scheduler.pick(nodes));
    } while (scheduler.chance(30));
    if (changed) {
      newSet();
    }
    return changed;
  }

  private boolean changeOne(SimNode node) {
    long up = nodes.stream().filter(SimNode::isUp).count();
    if (!node.isUp()) {
      node.boot();
    } else if (up == 1) {
      return false;
    } else if (scheduler.chance(70)) {
      node.crash();
      if (scheduler.chance(20)) {
        node.boot();
      }
    } else if (!node.leaving) {
      node.leaving = true;
      return false;
    } else if (node.engine.lockCount() == 0) {
      node.crash();
    } else {
      return false;
    }
    return true;
  }

  private void newSet() {
    seq++;
    List<Member> members = nodes.stream().filter(SimNode::isUp).map(SimNode::member).toList();
    for (SimNode node : nodes) {
      if (node.isUp()) {
        node.orders.add(new SimNode.Order(seq, members));
      }
    }
  }

  private boolean tick() {
    scheduler.advance(5 + scheduler.below(60));
    tickAll();
    return true;
  }

  private boolean longPause() {
    scheduler.advance(Toss.TOSS_MS + 1);
    tickAll();
    return true;
  }

  private void tickAll() {
    for (SimNode node : nodes) {
      if (node.isUp()) {
        node.engine.tick(scheduler.nowMs());
        node.drain();
      }
    }
  }

  /** Delivers, follows and gives way until nothing moves; then nobody may be waiting. */
  private void rest() {
    for (int i = 0; i < REST_STEPS; i++) {
      boolean moved = network.deliverOne();
      for (SimNode node : nodes) {
        moved |= node.follow();
        moved |= node.client.settleDown();
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
      if (node.isUp() && (!node.engine.isRunning() || node.engine.sequence() != seq)) {
        return false;
      }
      for (SimLock lock : node.locks) {
        boolean cancelling = lock.lock != null && lock.lock.wait != Lkb.Wait.NONE;
        if (lock.busy || cancelling || (node.leaving && lock.lock != null)) {
          return false;
        }
      }
    }
    return true;
  }

  private void nothingRemains() {
    longPause();
    while (network.deliverOne()) {
      SimInvariants.check(nodes, resources);
    }
    for (SimNode node : nodes) {
      if (node.isUp()) {
        Lockspace ls = node.engine.inspect();
        int left = ls.resources.size() + ls.directory.size() + ls.copies.size() + ls.locks.size();
        if (left != 0) {
          throw new AssertionError("something remains: " + describe());
        }
      }
    }
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (SimNode node : nodes) {
      if (node.isUp()) {
        Lockspace ls = node.engine.inspect();
        text.append("\nnode ").append(node.number).append(" seq ").append(ls.seq);
        text.append(ls.running ? " running" : " status " + node.engine.recoverStatus());
        text.append(node.leaving ? " leaving" : "").append(" directory ");
        text.append(ls.directory.size());
        ls.resources.values().forEach(r -> text.append("\n  ").append(r));
        node.locks.stream()
            .filter(l -> l.lock != null)
            .forEach(
                l ->
                    text.append("\n  client ")
                        .append(l.shared.name)
                        .append(" level ")
                        .append(l.level)
                        .append(l.busy ? " busy for " + l.wanted : "")
                        .append(l.cancelling ? " cancelling" : "")
                        .append(l.unlocking ? " unlocking" : "")
                        .append(" blocking ")
                        .append(l.blocking)
                        .append(' ')
                        .append(l.lock));
      }
    }
    return text.toString();
  }
}
