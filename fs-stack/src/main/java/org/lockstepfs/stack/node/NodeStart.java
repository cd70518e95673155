package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.config.Fencing;
import org.lockstepfs.stack.config.HeartbeatMode;
import org.lockstepfs.stack.fence.FenceAgent;
import org.lockstepfs.stack.fence.PeerFence;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.member.HazelcastMembership;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.member.MemberProfile;
import org.lockstepfs.stack.member.Membership;
import org.lockstepfs.stack.member.StaticMembership;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.O2Net;
import org.lockstepfs.stack.votes.VotesRunner;
import org.lockstepfs.stack.votes.VotesTiming;

/** Starts a node: transport, quorum or votes, the watch over deaths, membership. */
final class NodeStart {
  private final StackEnvironment environment;
  private final String label;
  private final Supplier<LockDomains> lockManager;
  private final StackTiming timing;
  private final LongSupplier nanoClock;
  private final Generations generations;
  private final boolean externalPlocks;

  NodeStart(
      StackEnvironment environment,
      String label,
      Supplier<LockDomains> lockManager,
      StackTiming timing,
      Generations generations,
      boolean externalPlocks) {
    this.environment = environment;
    this.label = label;
    this.lockManager = lockManager;
    this.timing = timing;
    this.nanoClock = environment.fence().clock();
    this.generations = generations;
    this.externalPlocks = externalPlocks;
  }

  /**
   * Starts; joining the cluster goes on beside.
   *
   * @param presences of this node on all volumes, whenever asked
   * @throws IOException with a one-line reason: what the configuration has wrong, or a port in use
   */
  Running start(Supplier<Collection<Presence>> presences) throws IOException {
    ClusterConfig config = ClusterConfig.read(environment.configFile());
    ClusterNode self = self(config);
    checkSupported(config);
    PeerFence peerFence = peerFence(config);
    O2Net net =
        new O2Net(
            config,
            self,
            timing.net(),
            (int) generations.next(),
            environment.metrics(),
            environment.fence()::isPastDeadline);
    net.start();
    LiveNodes liveNodes = new LiveNodes(peerFence);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(thread("o2cb-timer-" + self.name()));
    VotesRunner votes = null;
    if (config.tuning().byVotes()) {
      votes = votes(config, self, net, liveNodes);
    } else {
      startQuorum(self, net, liveNodes, timer);
    }
    liveNodes.add(new LinkDriver(net), HeartbeatListener.PRIORITY_NET);
    LockDomains domains = lockManager.get();
    domains.start(net);
    Membership membership = membership(config, self);
    DeathWatchDriver deaths =
        new DeathWatchDriver(
            self.number(),
            timing.heartbeat(),
            net,
            liveNodes,
            membership,
            presences,
            timer,
            nanoClock);
    net.addLinkListener(deaths);
    membership.addListener(deaths);
    liveNodes.add(deaths, HeartbeatListener.PRIORITY_NET);
    return new Running(
        config,
        self,
        net,
        liveNodes,
        new HeartbeatPins(liveNodes),
        peerFence,
        domains,
        membership,
        startBeside(membership),
        Optional.ofNullable(votes),
        timer);
  }

  private ClusterNode self(ClusterConfig config) throws IOException {
    String name = environment.nodeName();
    return config
        .node(name)
        .orElseThrow(
            () -> new IOException(environment.configFile() + ": no node named '" + name + "'"));
  }

  private void checkSupported(ClusterConfig config) throws IOException {
    if (config.heartbeatMode() == HeartbeatMode.GLOBAL) {
      throw new IOException(
          environment.configFile() + ": heartbeat_mode = global is not supported");
    }
    if (config.tuning().byVotes() && label.equals(Stacks.O2CB)) {
      throw new IOException(
          environment.configFile()
              + ": quorum = votes is for user stacks; o2cb, which kernel nodes run as well, knows"
              + " heartbeats on the disk only: use quorum = disk, or volumes of another stack");
    }
  }

  private void startQuorum(
      ClusterNode self, O2Net net, LiveNodes liveNodes, ScheduledExecutorService timer) {
    QuorumDriver quorum =
        new QuorumDriver(
            self.number(),
            timing,
            liveNodes,
            environment.fence(),
            timer,
            nanoClock,
            environment.metrics());
    // Quorum hears of a node's death before its link is closed for it.
    liveNodes.add(quorum, HeartbeatListener.PRIORITY_NET);
    net.addLinkListener(quorum);
  }

  private VotesRunner votes(
      ClusterConfig config, ClusterNode self, O2Net net, LiveNodes liveNodes) {
    return new VotesRunner(
        config,
        self,
        VotesTiming.of(timing.heartbeat()),
        net,
        liveNodes,
        environment.fence(),
        generations::next,
        nanoClock,
        Executors.newSingleThreadScheduledExecutor(thread("votes-" + self.name())),
        environment.metrics());
  }

  /** A node that was fenced at the storage gets its way back first of all. */
  private PeerFence peerFence(ClusterConfig config) throws IOException {
    Fencing fencing = config.tuning().fencing();
    if (!fencing.isConfigured()) {
      return PeerFence.NONE;
    }
    FenceAgent agent = new FenceAgent(config);
    if (fencing.unfences()) {
      agent.unfence(environment.nodeName());
    }
    return agent;
  }

  private Membership membership(ClusterConfig config, ClusterNode self) {
    if (environment.membership() == MembershipSource.STATIC) {
      return new StaticMembership(config, label);
    }
    Member member =
        new Member(
            self.number(), self.name(), self.address().getHostAddress(), label, generations.next());
    MemberProfile profile =
        new MemberProfile(
            member,
            config.name(),
            timing.heartbeat().intervalMs(),
            timing.heartbeat().deadThreshold(),
            timing.net().idleTimeoutMs(),
            timing.net().keepaliveDelayMs(),
            config.tuning().byVotes() ? config.tuning().expectedVotes() + " votes" : "disk",
            externalPlocks ? "external" : "internal");
    return new HazelcastMembership(config, self, profile);
  }

  /** Starting takes seconds, in which the heartbeat can settle. */
  private CompletableFuture<Void> startBeside(Membership membership) {
    CompletableFuture<Void> joined = new CompletableFuture<>();
    Runnable start =
        () -> {
          try {
            membership.start();
            joined.complete(null);
          } catch (IOException | RuntimeException e) {
            joined.completeExceptionally(e);
          }
        };
    thread("membership-" + environment.nodeName()).newThread(start).start();
    return joined;
  }

  static ThreadFactory thread(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
