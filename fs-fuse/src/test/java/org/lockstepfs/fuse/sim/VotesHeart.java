package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.node.SteppedDeathWatch;
import org.lockstepfs.stack.sim.Heart;
import org.lockstepfs.stack.sim.SimNode;
import org.lockstepfs.stack.sim.SimWorld;
import org.lockstepfs.stack.votes.SteppedVotes;
import org.lockstepfs.stack.votes.VotesConfig;

/** The real votes, and the real watch over deaths, on the simulated network. */
final class VotesHeart implements Heart, SteppedDeathWatch.Beats {
  /** More than the clocks' rates and the ways of beats make of the time to write. */
  private static final long MINORITY_MS = SteppedVotes.TIMING.writeTimeoutMs() + 500L;

  private static final long NUMBERED = 1_000_000;

  private final Life life;
  private final long[] reachedAt = new long[16];
  private VotesLinks links;
  private SteppedVotes votes;
  private SteppedDeathWatch deaths;
  private boolean started;
  private boolean begun;
  private boolean leaves;
  private List<Member> known = List.of();

  VotesHeart(SimNode node) {
    this.life = (Life) node;
  }

  VotesLinks links() {
    return links;
  }

  @Override
  public void start() {
    Cluster cluster = life.cluster;
    links = new VotesLinks(life);
    SimTimer thread = new SimTimer(life::after, new Actor(life)::post);
    List<Integer> others = new ArrayList<>();
    for (int node = 1; node <= cluster.size; node++) {
      if (node != life.number) {
        others.add(node);
      }
    }
    // The wall clock that lives are numbered by may have been set back.
    long numbered = NUMBERED + (cluster.random.chance(10) ? -life.generation : life.generation);
    votes =
        new SteppedVotes(
            new VotesConfig(
                life.number,
                others,
                cluster.rules.votes().expectedVotes(cluster.expectedVotes),
                cluster.rules.votes().timing(SteppedVotes.TIMING)),
            links,
            life.liveNodes,
            life.fence,
            () -> numbered,
            this::votesClock,
            thread);
    deaths =
        new SteppedDeathWatch(
            life.number, links, life.liveNodes, this::members, this, thread, life::clockNanos);
    started = true;
    thread.execute(
        () -> {
          votes.start(life.generation);
          begun = true;
        });
  }

  private long votesClock() {
    return life.clockNanos() - (begun ? 0 : life.cluster.rules.votes().ageMs() * SimWorld.MS);
  }

  // Members, as a discovery sees them that is too quick to give up who does not answer.

  private List<Member> members() {
    return life.cluster.up().stream()
        .filter(other -> other == life || !life.isCutFrom(other) && !other.isStopped())
        .map(VotesHeart::member)
        .toList();
  }

  private void watchMembers() {
    List<Member> now = members();
    for (Member member : known) {
      if (!now.contains(member)) {
        deaths.memberDown(member);
      }
    }
    known = now;
  }

  private static Member member(Life of) {
    return new Member(of.number, "n" + of.number, "", "sim", of.generation);
  }

  @Override
  public Map<Integer, Long> heardNanos() {
    return votes.heardNanos();
  }

  @Override
  public void ended(int node, long lookedAtNanos) {
    life.cluster.random.trace(() -> life.number + ": the process of " + node + " has ended");
    votes.ended(node, lookedAtNanos);
  }

  // The heart.

  @Override
  public long life() {
    return life.ownLife();
  }

  @Override
  public boolean isSteady() {
    return started && !leaves && votes.isSteady();
  }

  @Override
  public boolean hasFailed() {
    return false;
  }

  @Override
  public boolean isLeaving() {
    return leaves;
  }

  @Override
  public void poll() {
    if (started) {
      links.refuseOthers();
      watchMembers();
      checkMinority();
    }
  }

  /** Who may write has talked with each of a majority within the time to write. */
  private void checkMinority() {
    Cluster cluster = life.cluster;
    long now = cluster.world.now();
    for (Life other : cluster.up()) {
      if (other == life || !other.isStopped() && life.talksWith(other)) {
        reachedAt[other.number] = now;
      }
    }
    long since =
        Arrays.stream(reachedAt)
            .map(at -> now - at)
            .sorted()
            .skip(cluster.expectedVotes / 2)
            .findFirst()
            .orElseThrow();
    if (since > MINORITY_MS * SimWorld.MS && life.mayWrite()) {
      cluster.world.violation("node " + life.number + " goes on without a majority");
    }
  }

  @Override
  public long generationOf(int node) {
    return started ? votes.lifeOf(node) : 0;
  }

  /** Nobody can fall silent unnoticed by a majority. */
  @Override
  public Map<Integer, Long> silentGenerations() {
    return Map.of();
  }

  @Override
  public void leave(Runnable then) {
    leaves = true;
    Runnable left =
        new Runnable() {
          private boolean done;

          @Override
          public void run() {
            if (!done && life.isUp()) {
              done = true;
              votes.left();
              then.run();
            }
          }
        };
    votes.leave().thenRun(left);
    life.cluster.world.after(
        SteppedVotes.TIMING.intervalMs() * SimWorld.MS, () -> life.resume(left));
  }

  String waitsFor() {
    return votes.waitsFor();
  }

  @Override
  public boolean wantsLink(int node) {
    return started && links.wants(node);
  }

  @Override
  public boolean accepts(SimNode other) {
    return links.accepts(other);
  }

  @Override
  public void linkUp(SimNode other) {
    links.made(other);
  }

  @Override
  public void linkDown(int node) {
    links.lost(node);
  }

  @Override
  public void nodeUp(int node) {
    if (node != life.number) {
      links.nodeUp(node);
    }
  }

  @Override
  public void nodeDown(int node) {
    if (node != life.number) {
      links.nodeDown(node);
    }
  }
}
