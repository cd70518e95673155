package org.lockstepfs.stack.votes;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.Deadline;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.O2Net;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs this node's {@link Votes} on a thread of its own, from the first volume that the node has to
 * the last one; then it leaves. Thread-safe.
 */
public final class VotesRunner implements LinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(VotesRunner.class);

  /** o2net message type of beats; the kernel has none of this number. */
  public static final int BEAT_TYPE = 620;

  private static final int TICKS_PER_INTERVAL = 4;

  /** For people who start the nodes of a cluster one after the other. */
  private static final int JOIN_SECONDS = 80;

  private static final int SAY_AFTER_SECONDS = 8;
  private static final int STOP_SECONDS = 10;

  private final ClusterConfig config;
  private final ClusterNode self;
  private final VotesTiming timing;
  private final O2Net net;
  private final LiveNodes liveNodes;
  private final SelfFence fence;
  private final LongSupplier generations;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService executor;
  private final Map<Integer, Long> volumes = new HashMap<>();
  private final Set<Integer> brokenLinks = ConcurrentHashMap.newKeySet();
  private final List<CompletableFuture<Void>> farewells = new ArrayList<>();
  private Votes votes;
  private Deadline deadline;
  private ScheduledFuture<?> ticking;
  private CompletableFuture<Void> steady;
  private long reopenedNanos;
  private volatile Map<Integer, Map<Integer, Long>> lives = Map.of();
  private volatile Map<Integer, Long> heard = Map.of();
  private volatile long renewedNanos;
  private volatile int inTouch;

  /**
   * Makes a runner; nothing is sent before the first {@link #start}.
   *
   * @param config with the number of expected votes
   * @param fence stops this node when it loses its majority
   * @param generations makes lives, each higher than the last
   * @param executor one thread, the runner's; shut down by {@link #close}
   */
  public VotesRunner(
      ClusterConfig config,
      ClusterNode self,
      VotesTiming timing,
      O2Net net,
      LiveNodes liveNodes,
      SelfFence fence,
      LongSupplier generations,
      LongSupplier nanoClock,
      ScheduledExecutorService executor,
      MeterRegistry registry) {
    this.config = config;
    this.self = self;
    this.timing = timing;
    this.net = net;
    this.liveNodes = liveNodes;
    this.fence = fence;
    this.generations = generations;
    this.nanoClock = nanoClock;
    this.executor = executor;
    this.renewedNanos = nanoClock.getAsLong();
    register(registry);
    net.addLinkListener(this);
    net.register(BEAT_TYPE, 0, Beat.MAX_LENGTH, this::received);
    if (expectedVotes() == 2) {
      LOG.warn(
          "quorum = votes with 2 expected votes: when either node is lost, the other stops, too;"
              + " add a third node, or use quorum = disk");
    }
  }

  private int expectedVotes() {
    return config.tuning().expectedVotes();
  }

  private void register(MeterRegistry registry) {
    Gauge.builder("lockstep.quorum.heartbeating", this, r -> r.heard.size() + 1)
        .description("Nodes that count as live, this one included")
        .register(registry);
    Gauge.builder("lockstep.quorum.reachable", this, r -> r.inTouch + 1)
        .description("Nodes that this one hears and that hear it, itself included")
        .register(registry);
    TimeGauge.builder(
            "lockstep.quorum.fence.margin", fence, TimeUnit.NANOSECONDS, VotesRunner::margin)
        .description("Time until this node fences itself unless a majority hears it")
        .register(registry);
  }

  private static double margin(SelfFence fence) {
    long nanos = fence.marginNanos();
    return nanos == Long.MAX_VALUE ? Double.NaN : nanos;
  }

  /**
   * This node has a volume from now on. The first one makes it join: waits until it is quorate and
   * in touch with all. To be followed by {@link #stop} in any case.
   *
   * @param key of the volume
   * @param life of this node on it
   * @throws IOException with one line that says what is missing
   */
  public void start(int key, long life) throws IOException {
    CompletableFuture<Void> joined = call(() -> add(key, life));
    try {
      try {
        joined.get(SAY_AFTER_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        LOG.warn("votes: waiting: {}", call(this::waitsFor));
        joined.get(JOIN_SECONDS - SAY_AFTER_SECONDS, TimeUnit.SECONDS);
      }
    } catch (TimeoutException e) {
      throw new IOException(
          "node "
              + self.number()
              + " cannot join cluster "
              + config.name()
              + ": "
              + call(this::waitsFor)
              + "; start other nodes, or check network and configuration");
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while joining the cluster", e);
    }
  }

  private String waitsFor() {
    return votes == null ? "it has left" : votes.waitsFor(nanoClock.getAsLong());
  }

  /** Something that is asked for on the runner's thread. */
  private interface Question<T> {
    T ask() throws IOException;
  }

  private <T> T call(Question<T> question) throws IOException {
    try {
      return executor.submit(question::ask).get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (RejectedExecutionException | TimeoutException e) {
      throw new IOException("votes: the node is being stopped, or hangs", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private CompletableFuture<Void> add(int key, long life) throws IOException {
    if (volumes.size() >= Beat.MAX_VOLUMES) {
      throw new IOException("a node can have " + Beat.MAX_VOLUMES + " volumes with quorum = votes");
    }
    volumes.put(key, life);
    if (votes == null) {
      begin();
    }
    votes.volumes(volumes);
    step(() -> votes.tick(nanoClock.getAsLong()));
    return steady;
  }

  private void begin() {
    List<Integer> others = others();
    votes =
        new Votes(
            self.number(),
            generations.getAsLong(),
            others,
            expectedVotes(),
            timing,
            nanoClock.getAsLong());
    steady = new CompletableFuture<>();
    deadline =
        fence.deadline(
            "the network, answered by "
                + votes.majority()
                + " of "
                + expectedVotes()
                + " votes (quorum),",
            timing.writeTimeoutMs(),
            () -> {});
    reopenedNanos = nanoClock.getAsLong();
    others.forEach(net::nodeUp);
    long tickMs = Math.max(1, timing.intervalMs() / TICKS_PER_INTERVAL);
    ticking = executor.scheduleWithFixedDelay(this::tick, tickMs, tickMs, TimeUnit.MILLISECONDS);
  }

  private List<Integer> others() {
    return config.nodes().stream()
        .map(ClusterNode::number)
        .filter(n -> n != self.number())
        .toList();
  }

  private void tick() {
    step(() -> votes.tick(nanoClock.getAsLong()));
    reopenLinks();
  }

  /** Links to nodes that are not live are made ever again; a live one's is not. */
  private void reopenLinks() {
    if (votes == null) {
      return;
    }
    Set<Integer> due = new TreeSet<>(brokenLinks);
    brokenLinks.removeAll(due);
    long nowNanos = nanoClock.getAsLong();
    if (nowNanos - reopenedNanos >= VotesTiming.nanos(timing.silentMs())) {
      reopenedNanos = nowNanos;
      due.addAll(others());
    }
    due.stream().filter(n -> !votes.isUp(n)).forEach(net::reopen);
  }

  private void received(MessageHandler.Request request) {
    long atNanos = nanoClock.getAsLong();
    request.answer(0);
    try {
      Beat beat = Beat.decode(request.payload());
      executor.execute(() -> step(() -> votes.received(request.from(), beat, atNanos)));
    } catch (IOException e) {
      LOG.error("votes: bad beat of node {}: {}", request.from(), e.getMessage());
    } catch (RejectedExecutionException e) {
      LOG.debug("votes: a beat of node {} came after the end", request.from());
    }
  }

  /** Runs an event and carries out what comes of it. */
  private void step(Runnable event) {
    if (votes == null) {
      return;
    }
    try {
      event.run();
      for (Effect effect = votes.poll(); effect != null; effect = votes.poll()) {
        perform(effect);
      }
      publish();
    } catch (RuntimeException e) {
      LOG.error("votes: a listener failed", e);
    }
  }

  private void publish() {
    lives = votes.lives();
    heard = votes.heardNanos();
    inTouch = votes.inTouch(nanoClock.getAsLong()).size();
    if (votes.phase() == Votes.Phase.STEADY && steady.complete(null)) {
      LOG.info("votes: node {} has joined with nodes {}", self.number(), heard.keySet());
    }
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Send send) {
      send(send.beat());
    } else if (effect instanceof Effect.Up up) {
      LOG.info("votes: node {} is live", up.node());
      lives = votes.lives();
      liveNodes.up(this, up.node(), up.generation());
    } else if (effect instanceof Effect.Down down) {
      LOG.info("votes: node {} is {}", down.node(), down.fellSilent() ? "dead" : "gone");
      liveNodes.down(this, down.node(), down.fellSilent());
      brokenLinks.add(down.node());
    } else if (effect instanceof Effect.Renew renew) {
      renewedNanos = renew.sinceNanos();
      deadline.renew(renew.sinceNanos());
    }
  }

  /** Who must not write does not say that it lives. */
  private void send(Beat beat) {
    if (fence.isPastDeadline()) {
      return;
    }
    byte[] bytes = beat.encode();
    BitSet linked = net.connectedNodes();
    for (int node : others()) {
      if (linked.get(node)) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        net.send(node, BEAT_TYPE, 0, bytes, (result, status) -> answered.complete(null));
        if (beat.leaves()) {
          farewells.add(answered);
        }
      }
    }
    if (beat.leaves()) {
      awaitFarewells();
    }
  }

  /** The links are closed next, and what is on them would be lost. */
  private void awaitFarewells() {
    try {
      CompletableFuture.allOf(farewells.toArray(new CompletableFuture<?>[0]))
          .get(timing.intervalMs(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("votes: left without all other nodes having heard of it");
    }
    farewells.clear();
  }

  /** This node has a volume no more; without any, it leaves. */
  public void stop(int key) {
    try {
      call(() -> remove(key));
    } catch (IOException e) {
      LOG.warn("votes: left without telling the other nodes: {}", e.getMessage());
    }
  }

  private Void remove(int key) {
    volumes.remove(key);
    if (votes != null) {
      votes.volumes(volumes);
      if (volumes.isEmpty()) {
        leave();
      } else {
        step(() -> votes.tick(nanoClock.getAsLong()));
      }
    }
    return null;
  }

  private void leave() {
    ticking.cancel(false);
    // One that has passed fences this node, though nothing is left to write.
    fence.checkDeadlines();
    fence.remove(deadline);
    step(() -> votes.leave(nanoClock.getAsLong()));
    others().forEach(net::nodeDown);
    votes = null;
    heard = Map.of();
    inTouch = 0;
  }

  /** Returns the life of a node on a volume; empty if it has it not, or is not live. */
  public OptionalLong lifeOf(int key, int node) {
    Long life = lives.getOrDefault(node, Map.of()).get(key);
    return life == null ? OptionalLong.empty() : OptionalLong.of(life);
  }

  /** Returns for each live node when it was last heard; this one is not among them. */
  public Map<Integer, Long> heardNanos() {
    return heard;
  }

  /** Returns the time since the newest beat was sent that a majority has heard. */
  public long ageNanos() {
    return nanoClock.getAsLong() - renewedNanos;
  }

  /**
   * A node's process is known to have ended.
   *
   * @param lookedAtNanos if it was heard since, it lives
   */
  public void end(int node, long lookedAtNanos) {
    try {
      executor.execute(() -> step(() -> votes.ended(node, lookedAtNanos, nanoClock.getAsLong())));
    } catch (RejectedExecutionException e) {
      LOG.debug("votes: left before node {} was given up", node);
    }
  }

  @Override
  public void linkUp(int node) {}

  @Override
  public void linkError(int node, String reason) {
    brokenLinks.add(node);
  }

  /** Stops the thread; all volumes are left. */
  public void close() {
    net.unregister(BEAT_TYPE, 0);
    net.removeLinkListener(this);
    executor.shutdownNow();
  }
}
