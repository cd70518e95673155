package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;
import org.lockstepfs.stack.sim.SimWorld;

/**
 * One run: 2 to 8 whole nodes start, mount and work; faults come; then they stop, and everything
 * that waits must be answered within {@link #BOUND_MS}; in the end all is in order, on the disk
 * too.
 */
final class Cluster {
  /** How long after the last fault the last waiter is answered. */
  static final long BOUND_MS = 60_000;

  private static final long FAULTS_BEGIN_MS = 7_000;
  private static final long FAULTS_MS = 15_000;
  private static final long WORK_ON_MS = 12_000;

  /** Quorum has decided then. */
  private static final long DECIDED_MS = 8_000;

  /** Where links are renewed, one message in so many meets that on its way. */
  private static final int RENEWAL_AMONG = 300;

  private static final long LOOK_MS = 250;
  private static final int SLOTS_MORE = 1;

  final SeededScheduler random;
  final SimWorld world;
  final LockStack stack;
  final Rules rules;
  final Referee referee;
  final SimDisk disk;
  final SeededNetwork<Object> network;
  final Checker checker;
  final List<Life> lives = new ArrayList<>();
  final int pauseMs;
  private final Faults faults;
  final int size;

  /** How many votes there are, by votes. */
  final int expectedVotes;

  /** Whether silent nodes are fenced from outside, too. */
  final boolean fences;

  final FenceAgents agents;
  private final List<Life> allLives = new ArrayList<>();
  private final int doomedPercent;
  private int strikesLeft;
  private int renewalsLeft;
  private boolean faultsOver;
  private boolean pumping;
  private boolean renewing;
  private long lastGeneration;
  private int lastCall;

  /** Lives that ended before they had left. */
  int deaths;

  Cluster(SeededScheduler random, LockStack stack, Rules rules) {
    this.random = random;
    this.stack = stack;
    this.rules = rules;
    this.size = 2 + (random.chance(70) ? random.below(3) : random.below(7));
    this.world = new SimWorld(random.seed(), size, rules.stack());
    int inodes = 1 + random.below(4);
    this.referee = new Referee(inodes);
    this.disk = new SimDisk(inodes, size + random.below(SLOTS_MORE + 1), referee);
    this.network = new SeededNetwork<>(random);
    this.agents = new FenceAgents(this);
    this.checker = new Checker(this, inodes);
    this.pauseMs = 20 + random.below(400);
    this.doomedPercent = random.chance(50) ? 10 : 0;
    this.strikesLeft = random.below(4);
    this.renewalsLeft = stack.isUser() && random.chance(50) ? random.below(20) : 0;
    int most = stack.byVotes() ? 8 : 5;
    this.faults = new Faults(this, random.chance(15) ? 0 : 1 + random.below(most));
    // A majority of one vote less, or more, is more than half of the nodes, too.
    int odd = stack.byVotes() && random.chance(30) ? size % 2 == 0 ? 1 : -1 : 0;
    this.expectedVotes = size + odd;
    this.fences = stack.byVotes() && random.chance(50);
    world.lateWritesLand = fences;
    network.gate(this::passes);
  }

  // The network.

  private boolean passes(int from, int to) {
    Life sender = lives.get(from - 1);
    Life receiver = lives.get(to - 1);
    return sender != null && receiver != null && sender.reaches(receiver) && !receiver.isSilent();
  }

  void sendRanges(Life from, int to, PlockEnvelope envelope) {
    if (from.isSilent()) {
      return;
    }
    network.send(from.number, to, envelope, 0);
    if (random.chance(3)) {
      // Sent again after a reconnect, though it had arrived.
      network.send(from.number, to, envelope, 0);
    }
    pump();
  }

  void send(Life from, int to, Object message, long token) {
    if (!from.isSilent()) {
      network.send(from.number, to, message, token);
      pump();
      if (renewalsLeft > 0 && !faultsOver && random.below(RENEWAL_AMONG) == 0) {
        renewalsLeft--;
        world.after(random.below(1_000_000), () -> renewLink(from, life(to)));
      }
    }
  }

  /** A connection breaks; byte-range messages are sent again if it is made anew. */
  void reset(int one, int other) {
    network.reset(one, other, message -> !(renewing && message instanceof PlockEnvelope));
  }

  /** A connection is silent for long, breaks and is made anew. */
  void renewLink(Life one, Life other) {
    random.trace(() -> "the link of " + one.number + " and " + other.number + " is renewed");
    renewing = true;
    one.renewLink(other);
    renewing = false;
  }

  private void pump() {
    if (!pumping) {
      pumping = true;
      world.after(random.below(300_000), this::deliver);
    }
  }

  private void deliver() {
    random.advance(world.now() / SimWorld.MS - random.nowMs());
    boolean delivered = network.deliverOne();
    pumping = !network.isQuiet();
    if (pumping) {
      world.after(delivered ? random.below(300_000) : 5 * SimWorld.MS, this::deliver);
    }
  }

  // Lives.

  Life life(int number) {
    return lives.get(number - 1);
  }

  List<Life> up() {
    return lives.stream().filter(life -> life != null && life.isUp()).toList();
  }

  private void begin(int number) {
    lastGeneration += rules.newIncarnation() ? 1 : 0;
    Life life = new Life(this, number, 1_000 + number + 1_000 * lastGeneration);
    Life earlier = lives.set(number - 1, life);
    if (earlier != null && stack.byVotes()) {
      earlier.cutOff();
    }
    allLives.add(life);
    for (int other = 1; other <= size; other++) {
      network.reset(number, other);
    }
    random.trace(() -> number + ": begins");
    life.start();
  }

  /** The storage takes nothing of a node any more; that is its end. */
  void shutOut(int number) {
    random.trace(() -> number + ": is fenced");
    for (Life life : allLives) {
      if (life.number == number) {
        life.cutOff();
        world.after(world.between(0, 1_000), life::end);
      }
    }
  }

  boolean faultsAreOver() {
    return faultsOver;
  }

  /** Whether there has been no fault since a time. */
  boolean isQuiet(long sinceNanos) {
    return faultsOver && sinceNanos > (FAULTS_BEGIN_MS + FAULTS_MS) * SimWorld.MS;
  }

  /** Whether a member still believes in a former life of a node that has begun a new one. */
  boolean isCountedInFormerLife(Life life) {
    return life.stage.compareTo(Life.Stage.MOUNTING) < 0
        && up().stream().anyMatch(member -> member.domain.counts(life.number));
  }

  /** What a membership that is always right says. */
  boolean isMember(int number, long generation) {
    Life life = life(number);
    return life != null && life.isUp() && life.generation == generation;
  }

  /** A life is over; another may follow. */
  void ended(Life life) {
    deaths += life.stage == Life.Stage.LEFT ? 0 : 1;
    if (!faultsOver && random.chance(stack.byVotes() ? 90 : 70)) {
      world.after(world.between(50, random.chance(50) ? 1_500 : 10_000), () -> again(life.number));
    }
    if (stack.byVotes()) {
      life.hostIsDead = random.chance(30);
    }
  }

  /** Whoever is not there when the faults are over is started again, most often. */
  private void beginAgain() {
    for (int number = 1; number <= size; number++) {
      Life life = life(number);
      int n = number;
      if (life != null && !life.isUp() && random.chance(80)) {
        world.after(world.between(0, 2_000), () -> again(n));
      }
    }
  }

  /** A process that cannot end holds its port, unless its host is restarted. */
  private void again(int number) {
    Life last = life(number);
    if (stack.byVotes() && !last.isUp() && !last.isOver() && !last.hostIsDead) {
      world.after(LOOK_MS * SimWorld.MS, () -> again(number));
    } else if (!last.isUp()) {
      begin(number);
    }
  }

  /** Whether the present moment is the last of a node in danger. */
  boolean strikes() {
    boolean hit = !faultsOver && strikesLeft > 0 && random.chance(doomedPercent);
    strikesLeft -= hit ? 1 : 0;
    return hit;
  }

  int nextCall() {
    return ++lastCall;
  }

  // The run.

  void run() {
    for (int number = 1; number <= size; number++) {
      int n = number;
      lives.add(null);
      world.after(world.between(0, random.chance(80) ? 1_500 : 15_000), () -> begin(n));
    }
    pass(FAULTS_BEGIN_MS);
    faults.begin(FAULTS_MS);
    pass(FAULTS_MS);
    faults.end();
    faultsOver = true;
    if (stack.byVotes()) {
      world.after(DECIDED_MS * SimWorld.MS, this::beginAgain);
    }
    pass(WORK_ON_MS);
    for (Life life : up()) {
      if (life.stage == Life.Stage.MOUNTED && random.chance(50)) {
        life.leave();
      }
    }
    rest();
  }

  private void pass(long ms) {
    long end = world.now() + ms * SimWorld.MS;
    while (world.now() < end) {
      world.passUntil(Math.min(end, world.now() + LOOK_MS * SimWorld.MS));
      random.advance(world.now() / SimWorld.MS - random.nowMs());
      checker.violations();
      if (world.now() > (FAULTS_BEGIN_MS + FAULTS_MS + DECIDED_MS) * SimWorld.MS) {
        faults.mend();
      }
    }
  }

  private void rest() {
    boolean stopped = false;
    for (long ms = WORK_ON_MS; ms < BOUND_MS; ms += LOOK_MS) {
      pass(LOOK_MS);
      if (!stopped && checker.allMounted()) {
        stopped = true;
        up().stream()
            .filter(life -> life.stage == Life.Stage.MOUNTED)
            .forEach(life -> life.programs.stop(() -> life.fs.journal.flush(life.programs::rest)));
      }
      if (stopped && checker.atRest()) {
        checker.end();
        return;
      }
    }
    throw new AssertionError(
        "somebody waits after " + BOUND_MS + " ms without a fault: " + checker.describe());
  }
}
