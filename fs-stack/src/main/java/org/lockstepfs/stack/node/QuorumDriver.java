package org.lockstepfs.stack.node;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.mailbox.EngineTimer;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2quo.Decision;
import org.lockstepfs.stack.o2quo.Quorum;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings quorum what heartbeat and links say, and the time; fences this node if it decides so.
 * Thread-safe.
 */
final class QuorumDriver implements HeartbeatListener, LinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumDriver.class);

  private final Quorum quorum;
  private final SelfFence fence;
  private final Mailbox mailbox = new Mailbox();
  private final EngineTimer timer;
  private final Counter decisions;
  private volatile int heartbeating;
  private volatile int reachable;
  private volatile int holds;

  QuorumDriver(
      int self,
      StackTiming timing,
      LiveNodes liveNodes,
      SelfFence fence,
      ScheduledExecutorService executor,
      LongSupplier nanoClock,
      MeterRegistry registry) {
    this.quorum =
        new Quorum(
            self,
            timing.heartbeat().intervalMs(),
            timing.quorumDelayMs(),
            node -> TimeUnit.NANOSECONDS.toMillis(liveNodes.lastBeatNanos(node)));
    this.fence = fence;
    this.timer = new EngineTimer(executor, nanoClock, this::ring);
    this.decisions =
        Counter.builder("lockstep.quorum.decisions")
            .description("Times that quorum was asked whether this node may go on")
            .register(registry);
    register(registry);
  }

  private void register(MeterRegistry registry) {
    Gauge.builder("lockstep.quorum.heartbeating", this, q -> q.heartbeating)
        .description("Nodes whose heartbeat is seen, this one included")
        .register(registry);
    Gauge.builder("lockstep.quorum.reachable", this, q -> q.reachable)
        .description("Heartbeating nodes that this one has a link to, itself included")
        .register(registry);
    Gauge.builder("lockstep.quorum.holds", this, q -> q.holds)
        .description("Nodes whose heartbeat and link disagree")
        .register(registry);
    TimeGauge.builder(
            "lockstep.quorum.fence.margin", fence, TimeUnit.NANOSECONDS, QuorumDriver::margin)
        .description("Time until this node fences itself unless a heartbeat completes")
        .register(registry);
  }

  private static double margin(SelfFence fence) {
    long nanos = fence.marginNanos();
    return nanos == Long.MAX_VALUE ? Double.NaN : nanos;
  }

  private void step(Runnable event) {
    mailbox.post(
        () -> {
          quorum.tick(timer.nowMs());
          event.run();
          heartbeating = quorum.heartbeatingNodes();
          reachable = quorum.reachableNodes();
          holds = quorum.holdingNodes();
          Decision decision = quorum.poll();
          if (decision != null) {
            carryOut(decision);
          }
          timer.want(quorum.nextDeadlineMs());
        });
  }

  private void carryOut(Decision decision) {
    decisions.increment();
    if (decision.fence()) {
      fence.fence("no quorum: this node " + decision.reason());
    } else {
      LOG.info("quorum: this node goes on; it {}", decision.reason());
    }
  }

  private void ring() {
    step(timer::rung);
  }

  @Override
  public void nodeUp(int node, long generation) {
    step(() -> quorum.heartbeatUp(node));
  }

  @Override
  public void nodeDown(int node) {
    step(() -> quorum.heartbeatDown(node));
  }

  @Override
  public void linkUp(int node) {
    step(() -> quorum.linkUp(node));
  }

  @Override
  public void linkError(int node, String reason) {
    step(() -> quorum.linkDown(node, timer.nowMs()));
  }
}
