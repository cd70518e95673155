package org.lockstepfs.stack.votes;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.NodeLinks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs this node's part in the votes on a thread of its own, from the first volume that the node
 * has to the last one; then it leaves. Thread-safe.
 */
public final class VotesRunner {
  private static final Logger LOG = LoggerFactory.getLogger(VotesRunner.class);

  /** o2net message type of beats; the kernel has none of this number. */
  public static final int BEAT_TYPE = 620;

  /** For people who start the nodes of a cluster one after the other. */
  private static final int JOIN_SECONDS = 80;

  private static final int SAY_AFTER_SECONDS = 8;
  private static final int STOP_SECONDS = 10;

  private final ClusterConfig config;
  private final ClusterNode self;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService executor;
  private final VotesDriver driver;

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
      NodeLinks net,
      LiveNodes liveNodes,
      SelfFence fence,
      LongSupplier generations,
      LongSupplier nanoClock,
      ScheduledExecutorService executor,
      MeterRegistry registry) {
    this.config = config;
    this.self = self;
    this.nanoClock = nanoClock;
    this.executor = executor;
    int expectedVotes = config.tuning().expectedVotes();
    this.driver =
        new VotesDriver(
            new VotesConfig(self.number(), others(config, self), expectedVotes, timing),
            net,
            liveNodes,
            fence,
            generations,
            nanoClock,
            executor);
    register(registry, fence);
    driver.open();
    if (expectedVotes == 2) {
      LOG.warn(
          "quorum = votes with 2 expected votes: when either node is lost, the other stops, too;"
              + " add a third node, or use quorum = disk");
    }
  }

  private static List<Integer> others(ClusterConfig config, ClusterNode self) {
    return config.nodes().stream()
        .map(ClusterNode::number)
        .filter(n -> n != self.number())
        .toList();
  }

  private void register(MeterRegistry registry, SelfFence fence) {
    Gauge.builder("lockstep.quorum.heartbeating", driver, d -> d.heardNanos().size() + 1)
        .description("Nodes that count as live, this one included")
        .register(registry);
    Gauge.builder("lockstep.quorum.reachable", driver, d -> d.inTouch() + 1)
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
    CompletableFuture<Void> joined = call(() -> driver.add(key, life));
    try {
      try {
        joined.get(SAY_AFTER_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        LOG.warn("votes: waiting: {}", call(driver::waitsFor));
        joined.get(JOIN_SECONDS - SAY_AFTER_SECONDS, TimeUnit.SECONDS);
      }
    } catch (TimeoutException e) {
      throw new IOException(
          "node "
              + self.number()
              + " cannot join cluster "
              + config.name()
              + ": "
              + call(driver::waitsFor)
              + "; start other nodes, or check network and configuration");
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while joining the cluster", e);
    }
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

  /** This node has a volume no more; without any, it leaves. */
  public void stop(int key) {
    try {
      call(() -> remove(key));
    } catch (IOException e) {
      LOG.warn("votes: left without telling the other nodes: {}", e.getMessage());
    }
  }

  private Void remove(int key) {
    try {
      driver.remove(key).get(driver.patienceMs(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("votes: left without all other nodes having heard of it");
    }
    driver.left();
    return null;
  }

  /** Returns the life of a node on a volume; empty if it has it not, or is not live. */
  public OptionalLong lifeOf(int key, int node) {
    return driver.lifeOf(key, node);
  }

  /** Returns for each live node when it was last heard; this one is not among them. */
  public Map<Integer, Long> heardNanos() {
    return driver.heardNanos();
  }

  /** Returns the time since the newest beat was sent that a majority has heard. */
  public long ageNanos() {
    return nanoClock.getAsLong() - driver.renewedNanos();
  }

  /**
   * A node's process is known to have ended.
   *
   * @param lookedAtNanos if it was heard since, it lives
   */
  public void end(int node, long lookedAtNanos) {
    try {
      executor.execute(() -> driver.ended(node, lookedAtNanos));
    } catch (RejectedExecutionException e) {
      LOG.debug("votes: left before node {} was given up", node);
    }
  }

  /** Stops the thread; all volumes are left. */
  public void close() {
    driver.close();
    executor.shutdownNow();
  }
}
