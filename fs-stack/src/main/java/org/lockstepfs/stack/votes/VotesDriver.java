package org.lockstepfs.stack.votes;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.fence.Deadline;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.NodeLinks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this node's {@link Votes} beats and the time, and carries out what they want, from the
 * first volume that the node has to the last one. Belongs to the executor's thread, but for what
 * says otherwise; never blocks.
 */
final class VotesDriver implements LinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(VotesDriver.class);

  private static final int TICKS_PER_INTERVAL = 4;

  private final VotesConfig config;
  private final NodeLinks net;
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
   * Makes a driver; nothing is sent before the first {@link #add}.
   *
   * @param fence stops this node when it loses its majority
   * @param generations makes lives, each higher than the last
   * @param executor one thread
   */
  VotesDriver(
      VotesConfig config,
      NodeLinks net,
      LiveNodes liveNodes,
      SelfFence fence,
      LongSupplier generations,
      LongSupplier nanoClock,
      ScheduledExecutorService executor) {
    this.config = config;
    this.net = net;
    this.liveNodes = liveNodes;
    this.fence = fence;
    this.generations = generations;
    this.nanoClock = nanoClock;
    this.executor = executor;
    this.renewedNanos = nanoClock.getAsLong();
  }

  /** Begins to take beats; any thread. */
  void open() {
    net.addLinkListener(this);
    net.register(VotesRunner.BEAT_TYPE, 0, Beat.MAX_LENGTH, this::received);
  }

  /** Takes no more beats; any thread. */
  void close() {
    net.unregister(VotesRunner.BEAT_TYPE, 0);
    net.removeLinkListener(this);
  }

  /**
   * This node has a volume from now on; with the first one it begins to join.
   *
   * @return completes when it has joined
   * @throws IOException if it has too many
   */
  CompletableFuture<Void> add(int key, long life) throws IOException {
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
    votes = new Votes(config, generations.getAsLong(), nanoClock.getAsLong());
    steady = new CompletableFuture<>();
    deadline =
        fence.deadline(
            "the network, answered by "
                + config.majority()
                + " of "
                + config.expectedVotes()
                + " votes (quorum),",
            config.timing().writeTimeoutMs(),
            () -> {});
    reopenedNanos = nanoClock.getAsLong();
    config.others().forEach(net::nodeUp);
    long tickMs = Math.max(1, config.timing().intervalMs() / TICKS_PER_INTERVAL);
    ticking = executor.scheduleWithFixedDelay(this::tick, tickMs, tickMs, TimeUnit.MILLISECONDS);
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
    if (nowNanos - reopenedNanos >= VotesTiming.nanos(config.timing().silentMs())) {
      reopenedNanos = nowNanos;
      due.addAll(config.others());
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
      LOG.info("votes: node {} has joined with nodes {}", config.self(), heard.keySet());
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
    for (int node : config.others()) {
      if (linked.get(node)) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        net.send(
            node, VotesRunner.BEAT_TYPE, 0, bytes, (result, status) -> answered.complete(null));
        if (beat.leaves()) {
          farewells.add(answered);
        }
      }
    }
  }

  /**
   * This node has a volume no more; without any, it says farewell, and {@link #left} is to follow.
   *
   * @return completes when all others have heard; the links may be closed before, but what is on
   *     them would be lost
   */
  CompletableFuture<Void> remove(int key) {
    volumes.remove(key);
    if (votes == null) {
      return CompletableFuture.completedFuture(null);
    }
    votes.volumes(volumes);
    if (volumes.isEmpty()) {
      return sayFarewell();
    }
    step(() -> votes.tick(nanoClock.getAsLong()));
    return CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> sayFarewell() {
    ticking.cancel(false);
    // One that has passed fences this node, though nothing is left to write.
    fence.checkDeadlines();
    fence.remove(deadline);
    votes.leave(nanoClock.getAsLong());
    if (votes.poll() instanceof Effect.Send last) {
      send(last.beat());
    }
    CompletableFuture<Void> heardByAll =
        CompletableFuture.allOf(farewells.toArray(new CompletableFuture<?>[0]));
    farewells.clear();
    return heardByAll;
  }

  /** Ends what {@link #remove} began with the last volume; without effect after any other. */
  void left() {
    if (votes != null && volumes.isEmpty()) {
      step(() -> {});
      config.others().forEach(net::nodeDown);
      votes = null;
      heard = Map.of();
      inTouch = 0;
    }
  }

  /** Returns how long a farewell may take to be heard. */
  int patienceMs() {
    return config.timing().intervalMs();
  }

  /**
   * A node's process is known to have ended.
   *
   * @param lookedAtNanos if it was heard since, it lives
   */
  void ended(int node, long lookedAtNanos) {
    step(() -> votes.ended(node, lookedAtNanos, nanoClock.getAsLong()));
  }

  /** Returns in one line what a joiner waits for; empty if for nothing. */
  String waitsFor() {
    return votes == null ? "it has left" : votes.waitsFor(nanoClock.getAsLong());
  }

  /** Returns the life of a node on a volume, if it has one and the node is live; any thread. */
  OptionalLong lifeOf(int key, int node) {
    Long life = lives.getOrDefault(node, Map.of()).get(key);
    return life == null ? OptionalLong.empty() : OptionalLong.of(life);
  }

  /** Returns for each live node when it was last heard; this one is not among them; any thread. */
  Map<Integer, Long> heardNanos() {
    return heard;
  }

  /** Returns how many nodes this one hears that hear it; any thread. */
  int inTouch() {
    return inTouch;
  }

  /** Returns when the newest beat was sent that a majority has heard; any thread. */
  long renewedNanos() {
    return renewedNanos;
  }

  @Override
  public void linkUp(int node) {}

  @Override
  public void linkError(int node, String reason) {
    brokenLinks.add(node);
  }
}
