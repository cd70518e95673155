package org.lockstepfs.stack.votes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lockstepfs.stack.fence.Deadline;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;

/**
 * One life of a node with the real votes and fence, and an application that writes now and then.
 * Its clock has a rate and a start of its own; it can be stopped, killed, and its links can break.
 */
final class VotesNode {
  private static final VotesTiming TIMING = VotesTiming.of(HeartbeatTiming.FAST);
  private static final long TICK = 250 * VotesWorld.MS;
  private static final long POLL = 100 * VotesWorld.MS;
  private static final long PATIENCE = 30_000 * VotesWorld.MS;

  final int number;
  final Map<Integer, Long> up = new HashMap<>();
  final Map<Integer, Long> downAt = new HashMap<>();
  final SelfFence fence;
  private final VotesWorld world;
  private final double rate;
  private final long offsetNanos;
  private final long startedAt;
  private final Votes votes;
  private final Deadline deadline;
  private final Set<VotesNode> broken = new HashSet<>();
  private final List<Runnable> inbox = new ArrayList<>();
  private long generation;
  private long stoppedUntil;
  private long stoppedNanos;
  private boolean armed;
  private boolean ended;
  private String givenUpBy;

  /** Makes a life; an earlier one of the same number has ended. */
  VotesNode(VotesWorld world, int number) {
    this.world = world;
    this.number = number;
    this.rate = 1 + (world.random.nextDouble() - 0.5) * 0.02;
    this.offsetNanos = world.random.nextLong() / 4;
    this.startedAt = world.now();
    this.fence = new SelfFence(new TestFence(), this::fenceClock);
    this.deadline = fence.deadline("the network", TIMING.writeTimeoutMs(), () -> {});
    List<Integer> others = new ArrayList<>();
    for (int n = 1; n <= world.size; n++) {
      if (n != number) {
        others.add(n);
      }
    }
    // Its wall clock may have jumped back.
    this.generation = world.random.nextInt(10) == 0 ? 1 : world.lives++;
    this.votes =
        new Votes(new VotesConfig(number, others, expectedVotes(), timing()), generation, clock());
    world.nodes.removeIf(other -> other.number == number);
    world.nodes.add(this);
  }

  private int expectedVotes() {
    return switch (world.sabotage) {
      case EVERYBODY_RULES -> 1;
      case HALF_RULES -> world.size - 1;
      default -> world.size;
    };
  }

  private VotesTiming timing() {
    return switch (world.sabotage) {
      case HASTY_VERDICT -> new VotesTiming(1_000, 6_000, 5_000, 3_000, 3_000, 3_000);
      case NO_LOSERS -> new VotesTiming(1_000, 6_000, 6_500, 3_000_000, 3_000, 3_000);
      case NO_WATCH -> new VotesTiming(1_000, 6_000, 6_500, 3_000, 30_000, 0);
      default -> TIMING;
    };
  }

  void start() {
    tick();
    poll();
    world.after(world.between(1, 500), this::application);
  }

  private long clock() {
    return offsetNanos + (long) (world.now() * rate);
  }

  private long fenceClock() {
    return switch (world.sabotage) {
      case FENCE_CLOCK_STOPS -> clock() - stoppedNanos;
      case SLOW_FENCE_CLOCK -> clock() / 10 * 7;
      default -> clock();
    };
  }

  // What happens to it.

  void stop(long nanos) {
    stoppedUntil = Math.max(stoppedUntil, world.now() + nanos);
    stoppedNanos += nanos;
  }

  void kill() {
    if (!ended) {
      ended = true;
      world.nodes.stream().filter(VotesNode::isRunning).forEach(this::watchDeath);
    }
  }

  /** It stops writing and says so. */
  void leave() {
    if (isRunning() && !isStopped()) {
      armed = false;
      deadline.disarm();
      votes.leave(clock());
      carryOut();
      ended = true;
    }
  }

  /** The connection is reset; it is not made again while either counts the other live. */
  void breakLink(VotesNode other) {
    if (up.containsKey(other.number) || other.up.containsKey(number)) {
      broken.add(other);
      other.broken.add(this);
    }
  }

  boolean isLinkedWith(VotesNode from) {
    return isRunning() && !broken.contains(from);
  }

  /** What DeathWatch does at a node that the host of the dead one answers. */
  private void watchDeath(VotesNode observer) {
    long sinceNanos = observer.clock();
    world.after(
        world.between(2_250, 3_000),
        () -> {
          boolean answers =
              !world.isCut(number, observer.number) && !world.isCut(observer.number, number);
          if (answers && observer.isRunning() && !observer.isStopped()) {
            if (Long.valueOf(generation).equals(observer.up.get(number))) {
              observer.votes.ended(number, sinceNanos, observer.clock());
              observer.carryOut();
            }
          }
        });
  }

  boolean isRunning() {
    return !ended;
  }

  boolean isStopped() {
    return world.now() < stoppedUntil;
  }

  boolean isSteady() {
    return isRunning() && votes.phase() == Votes.Phase.STEADY;
  }

  boolean mayWrite() {
    return isRunning() && armed && !fence.isFenced() && fence.marginNanos() > 0;
  }

  boolean isQuorate() {
    return votes.isQuorate(clock());
  }

  Set<Integer> side() {
    Set<Integer> side = new HashSet<>(votes.inTouch(clock()));
    side.add(number);
    return side;
  }

  String waitsFor() {
    return votes.waitsFor(clock());
  }

  // Its threads.

  private void tick() {
    if (ended) {
      return;
    }
    if (isStopped()) {
      world.after(stoppedUntil - world.now(), this::tick);
      return;
    }
    inbox.forEach(Runnable::run);
    inbox.clear();
    votes.tick(clock());
    carryOut();
    if (!isSteady() && world.now() - startedAt > PATIENCE) {
      leave();
      new VotesNode(world, number).start();
    }
    world.after((long) (TICK / rate), this::tick);
  }

  void receive(VotesNode from, Beat beat) {
    if (!isLinkedWith(from)) {
      return;
    }
    if (isStopped()) {
      inbox.add(() -> receive(from, beat));
    } else if (world.sabotage == Sabotage.NO_GUARD || !fence.checkDeadlines()) {
      votes.received(from.number, beat, clock());
      carryOut();
    }
  }

  private void carryOut() {
    for (Effect effect = votes.poll(); effect != null; effect = votes.poll()) {
      if (effect instanceof Effect.Send send) {
        send(send);
      } else if (effect instanceof Effect.Up it) {
        if (it.node() == number) {
          generation = it.generation();
        }
        up.put(it.node(), it.generation());
      } else if (effect instanceof Effect.Down it) {
        down(it.node());
      } else if (effect instanceof Effect.Renew renew) {
        armed = true;
        deadline.renew(
            world.sabotage == Sabotage.RENEW_FROM_ANSWER ? fenceClock() : renew.sinceNanos());
      }
    }
  }

  private void send(Effect.Send send) {
    if (ended || world.sabotage != Sabotage.NO_GUARD && fence.checkDeadlines()) {
      return;
    }
    for (VotesNode other : world.nodes) {
      if (other != this && isLinkedWith(other)) {
        world.carry(this, other, send.beat(), world.now());
      }
    }
  }

  private void down(int node) {
    long life = up.remove(node);
    downAt.put(node, world.now());
    VotesNode other = world.node(node);
    if (other != null && other != this && other.generation == life && !ended) {
      if (votes.phase() != Votes.Phase.LEFT && !fence.isFenced()) {
        other.givenUpBy(this);
      }
    }
  }

  private void givenUpBy(VotesNode peer) {
    if (mayWrite() && world.sabotage != Sabotage.NO_GUARD) {
      world.violation(
          "node " + peer.number + " counts node " + number + " dead, which may still write");
    }
    if (armed) {
      givenUpBy = "node " + peer.number;
    }
  }

  /** A program that writes now and then. */
  private void application() {
    if (ended) {
      return;
    }
    if (isStopped()) {
      world.after(stoppedUntil - world.now(), this::application);
      return;
    }
    if (armed && write() && givenUpBy != null) {
      world.violation("node " + number + " writes after " + givenUpBy + " counted it dead");
    }
    world.after(world.between(20, 800), this::application);
  }

  private boolean write() {
    if (world.sabotage == Sabotage.NO_GUARD) {
      return true;
    }
    try {
      fence.begin();
      fence.end();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The fence's watchdog. */
  private void poll() {
    if (ended) {
      return;
    }
    if (!isStopped() && world.sabotage != Sabotage.NO_GUARD && fence.checkDeadlines()) {
      kill();
    }
    world.after(POLL, this::poll);
  }

  @Override
  public String toString() {
    return number + (ended ? " ended" : " " + votes.phase()) + " sees " + up.keySet();
  }
}
