package org.lockstepfs.fuse.sim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.stack.fence.PeerFence;
import org.lockstepfs.stack.fence.SteppedFence;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.node.SteppedReturns;
import org.lockstepfs.stack.sim.SimNode;
import org.lockstepfs.stack.sim.SimWorld;
import org.lockstepfs.stack.votes.Beat;

/**
 * One life of a whole node: heart and fence as {@link SimNode} has them, and above them the lock
 * manager, the byte-range locks, the lock cache and the file system. It mounts when its heart is
 * steady and its links are there, works, and dies or leaves.
 */
final class Life extends SimNode implements SteppedLock.Node, SeededNetwork.Node<Object> {
  private static final long RETRY_MS = 50;
  private static final long PATIENCE_MS = 30_000;

  /** How far it has come. */
  enum Stage {
    /** Its heartbeat begins. */
    STARTING,
    /** It joins the lock domain. */
    JOINING,
    /** It takes its slot. */
    MOUNTING,
    /** It works. */
    MOUNTED,
    /** It gives everything back. */
    LEAVING,
    /** It has left. */
    LEFT
  }

  final Cluster cluster;
  final LockDomain domain;
  final ByteRanges ranges;
  final FileSystem fs;
  final Programs programs;
  private final SteppedReturns returns = new SteppedReturns(new Dead());
  Stage stage = Stage.STARTING;
  private final Actor actor = new Actor(this);
  private final long begun;
  private final PeerFence peerFence;

  /** Whether its host has lost its power with it. */
  boolean hostIsDead;

  /** Its newest beat. */
  Beat said;

  /** For broken rules: the first lives that it has heard. */
  final Map<Integer, Long> firstLives = new HashMap<>();

  Life(Cluster cluster, int number, long generation) {
    super(cluster.world, number, generation, cluster.stack::heart);
    this.cluster = cluster;
    this.begun = cluster.world.now();
    this.peerFence =
        SteppedFence.attempts(
            node -> cluster.agents.off(this, node), new SimTimer(this::after, this::post));
    this.domain = cluster.stack.domain(this);
    this.ranges = new ByteRanges(this);
    this.fs = new FileSystem(this, cluster.disk, cluster.referee, cluster.rules);
    this.programs = new Programs(this);
    cluster.network.attach(number, this);
  }

  // Time.

  /** Runs a step some time soon, unless the node stands still or is over. */
  @Override
  public void later(Runnable step) {
    after(cluster.random.below(4), step);
  }

  void after(long ms, Runnable step) {
    world.after(
        ms * SimWorld.MS + cluster.random.below(1_000_000), () -> whenRunning(guarded(step)));
  }

  /** Runs something at once, or when the node does not stand still any more. */
  void resume(Runnable step) {
    whenRunning(step);
  }

  /** Runs a step within a millisecond of the node's time. */
  void soon(Runnable step) {
    world.after(cluster.random.below(1_000_000), () -> whenRunning(step));
  }

  Runnable guarded(Runnable step) {
    return () -> {
      if (stage != Stage.LEFT) {
        step.run();
        cluster.checker.afterStep(this);
      }
    };
  }

  /** Hands an event to the actor, which takes one after the other. */
  void post(Runnable event) {
    actor.post(event);
  }

  long clockMs() {
    return clock() / SimWorld.MS;
  }

  long clockNanos() {
    return clock();
  }

  // The disk.

  /** Writes; what follows waits until the write is done. */
  void store(Runnable effect, Runnable done) {
    write(effect, guarded(done));
  }

  /** Reads. */
  void fetch(Runnable read) {
    after(cluster.random.below(3), read);
  }

  /** Whether it may still write, whatever others think. */
  boolean mayWrite() {
    return isSteady() && mayAct();
  }

  /** Whether what this life believes still counts for others. */
  boolean mayAct() {
    return isUp() && !fence.isFenced() && fence.marginNanos() > 0;
  }

  /** Whether it neither says nor takes anything any more. */
  boolean isSilent() {
    return cluster.rules.lateNodesAreSilent() && isUp() && !isStopped() && fence.isPastDeadline();
  }

  /** Holds a lock for a moment. */
  void whileHeld(Runnable then) {
    after(cluster.random.below(30), then);
  }

  /** A moment at which a death is most likely to do harm. */
  void inDanger() {
    if (cluster.strikes()) {
      world.after(cluster.random.below(4_000_000), this::end);
    }
  }

  // The life's course.

  @Override
  public void start() {
    super.start();
    after(RETRY_MS, this::tryToJoin);
  }

  private void tryToJoin() {
    boolean ready = isSteady() && liveNodes.isLive(number) && reachesAllLive() && mayJoin();
    if (ready) {
      stage = Stage.JOINING;
      post(domain::join);
    } else if (heart.hasFailed() || world.now() - begun > PATIENCE_MS * SimWorld.MS) {
      cluster.checker.givesUp(this);
      end();
    } else {
      after(RETRY_MS, this::tryToJoin);
    }
  }

  private boolean reachesAllLive() {
    return liveNodes.snapshot().stream().allMatch(node -> node == number || isLinked(node));
  }

  private boolean mayJoin() {
    boolean silent = cluster.rules.silentMemberStopsJoin() && seesSilentMember();
    boolean early =
        cluster.stack == LockStack.O2CB
            && cluster.rules.joinerSeesWhatMembersSee()
            && seesMoreThanMembers();
    return !silent && !early && liveNodes.allFenced().isDone();
  }

  /** Whether a member's heartbeat stands still: it may go on writing, so nobody may join now. */
  private boolean seesSilentMember() {
    return heart.silentGenerations().entrySet().stream()
        .anyMatch(silent -> cluster.isMember(silent.getKey(), silent.getValue()));
  }

  private boolean seesMoreThanMembers() {
    return cluster.up().stream().anyMatch(other -> cluster.isCountedInFormerLife(other));
  }

  /** The lock domain has let it in. */
  void joined() {
    stage = Stage.MOUNTING;
    later(
        () ->
            fs.recoverer.mount(
                () -> {
                  stage = Stage.MOUNTED;
                  programs.start();
                }));
  }

  /** These are the members now. */
  void members(List<Integer> now) {
    ranges.members(now);
    returns.members(now);
  }

  /** A member died. */
  void memberDied(int node) {
    long delayMs = cluster.rules.evictionDelayMs();
    if (delayMs == 0) {
      returns.handler().nodeDown(node);
    } else {
      after(delayMs, () -> returns.handler().nodeDown(node));
    }
  }

  /** A member that died is one again. */
  void memberBack(int node) {
    returns.handler().nodeBack(node);
  }

  /** The file system hears of deaths and returns. */
  private final class Dead implements RecoveryHandler {
    @Override
    public void nodeDown(int node) {
      fs.dead.nodeDown(node);
    }

    @Override
    public void nodeBack(int node) {
      fs.dead.nodeBack(node);
    }
  }

  /** Leaves as soon as it can. */
  void leaveWhenMounted() {
    if (stage == Stage.MOUNTED) {
      leave();
    } else if (stage != Stage.LEAVING) {
      after(RETRY_MS, this::leaveWhenMounted);
    }
  }

  /** Begins to leave. */
  void leave() {
    stage = Stage.LEAVING;
    programs.stop(() -> fs.recoverer.unmount(() -> dropLocks(0)));
  }

  private void dropLocks(int at) {
    if (at < fs.locks().size()) {
      fs.locks().get(at).drop(() -> later(() -> dropLocks(at + 1)));
    } else {
      ranges.node().leave();
      post(domain::leave);
    }
  }

  /** The lock domain has let it go. */
  void left() {
    stage = Stage.LEFT;
    heart.leave(this::end);
  }

  long begun() {
    return begun;
  }

  /** Returns what a joiner waits for, by votes. */
  String waitsFor() {
    return ((VotesHeart) heart).waitsFor();
  }

  @Override
  protected CompletableFuture<Void> fencePeer(int node) {
    CompletableFuture<Void> none = super.fencePeer(node);
    if (!cluster.fences) {
      return none;
    }
    CompletableFuture<Void> fenced = peerFence.fence(node);
    return cluster.rules.votes().awaitsFencing() ? fenced : none;
  }

  @Override
  protected void application() {}

  @Override
  protected void gone() {
    cluster.random.trace(() -> number + ": ends, " + stage + (fence.isFenced() ? ", fenced" : ""));
    cluster.network.crash(number);
    cluster.ended(this);
  }

  // The network.

  @Override
  protected void linkMade(int n) {
    post(() -> domain.linkUp(n));
  }

  @Override
  protected void linkLost(SimNode other) {
    cluster.reset(number, other.number);
    post(() -> domain.linkLost(other.number));
  }

  @Override
  protected void linkSilent(int n) {
    if (!cluster.rules.silenceIsNoDeath()) {
      post(() -> domain.nodeDown(n));
    }
  }

  boolean isLinked(int n) {
    return linked(n) != null;
  }

  /** Whether no link to a node is made until that is asked for. */
  boolean hasGivenUpLink(int n) {
    return isGivenUp(n);
  }

  void tryLinkAgain(int n) {
    forgiveLink(n);
  }

  boolean isCutFrom(SimNode other) {
    return world.isCut(this, other) || world.isCut(other, this);
  }

  /** Whether messages pass both ways. */
  boolean talksWith(SimNode other) {
    return reaches(other) && other.reaches(this);
  }

  /** Returns the life that others know it by, 0 before they can. */
  long ownLife() {
    return said == null ? 0 : said.generation();
  }

  @Override
  public int onMessage(int from, Object message) {
    if (message instanceof VotesLinks.Packet beat) {
      ((VotesHeart) heart).links().receive(from, beat);
      return 0;
    }
    return domain.receive(from, message);
  }

  @Override
  public void onReply(long token, int status) {
    if (token < 0) {
      ((VotesHeart) heart).links().replied(token);
    } else {
      domain.replied(token, status);
    }
  }

  @Override
  public void onSendFailed(long token) {
    if (token < 0) {
      ((VotesHeart) heart).links().failed(token);
    } else {
      post(() -> domain.sendFailed(token));
    }
  }

  @Override
  public void drain() {
    domain.drain();
    cluster.checker.afterStep(this);
  }

  /** Returns the incarnation of a node as its heartbeat tells, or 0. */
  long generationOf(int node) {
    return heart.generationOf(node);
  }

  // The lock cache's calls.

  @Override
  public void lock(SteppedLock lock, LockMode mode, Set<LockFlag> flags) {
    post(() -> domain.lock(lock, mode, flags));
  }

  @Override
  public void unlock(SteppedLock lock, Set<LockFlag> flags) {
    post(() -> domain.unlock(lock, flags));
  }

  @Override
  public boolean knowsPending() {
    return cluster.rules.knowsPending();
  }

  @Override
  public boolean wakes() {
    return cluster.rules.wakesWaiters() || cluster.random.chance(50);
  }

  @Override
  public String toString() {
    return super.toString() + " " + stage;
  }
}
