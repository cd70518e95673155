package org.lockstepfs.stack.node;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.member.Membership;
import org.lockstepfs.stack.member.MembershipListener;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.NodeLinks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the {@link DeathWatch} what links and members tell, tries ports, and looks at the blocks
 * of suspects several times per interval. Thread-safe; idle while nobody is suspected.
 */
final class DeathWatchDriver implements LinkListener, MembershipListener, HeartbeatListener {
  private static final Logger LOG = LoggerFactory.getLogger(DeathWatchDriver.class);
  private static final int ROUNDS_PER_INTERVAL = 4;

  private final int self;
  private final NodeLinks net;
  private final Membership membership;
  private final Supplier<Collection<Presence>> presences;
  private final ScheduledExecutorService executor;
  private final LongSupplier nanoClock;
  private final long roundMs;
  private final DeathWatch watch;
  private final Mailbox mailbox = new Mailbox();
  private boolean running;

  DeathWatchDriver(
      int self,
      HeartbeatTiming timing,
      NodeLinks net,
      LiveNodes liveNodes,
      Membership membership,
      Supplier<Collection<Presence>> presences,
      ScheduledExecutorService executor,
      LongSupplier nanoClock) {
    this.self = self;
    this.net = net;
    this.membership = membership;
    this.presences = presences;
    this.executor = executor;
    this.nanoClock = nanoClock;
    this.roundMs = Math.max(1, timing.intervalMs() / ROUNDS_PER_INTERVAL);
    this.watch =
        new DeathWatch(
            TimeUnit.MILLISECONDS.toNanos(timing.intervalMs()),
            TimeUnit.MILLISECONDS.toNanos(timing.deadMs()),
            liveNodes::isLive,
            this::isGone);
  }

  /** A source that does not even know this node knows nothing of others. */
  private boolean isGone(int node) {
    List<Integer> members = membership.members().stream().map(Member::node).toList();
    return members.contains(self) && !members.contains(node);
  }

  @Override
  public void linkError(int node, String reason) {
    suspect(node);
  }

  @Override
  public void memberDown(Member member) {
    suspect(member.node());
  }

  private void suspect(int node) {
    mailbox.post(
        () -> {
          if (node != self && watch.suspect(node, nanoClock.getAsLong()) && !running) {
            running = true;
            startRound();
          }
        });
  }

  @Override
  public void linkUp(int node) {
    mailbox.post(() -> watch.acquit(node));
  }

  @Override
  public void nodeDown(int node) {
    mailbox.post(() -> watch.acquit(node));
  }

  @Override
  public void memberUp(Member member) {}

  @Override
  public void nodeUp(int node, long generation) {}

  /** A region whose disk hangs holds up the round, and so every verdict. */
  private void startRound() {
    for (int node : watch.suspects()) {
      net.probe(node, refused -> mailbox.post(() -> watch.probed(node, refused)));
    }
    List<Presence> now = List.copyOf(presences.get());
    List<CompletableFuture<DeathWatch.Look>> looks = now.stream().map(Presence::look).toList();
    CompletableFuture.allOf(looks.toArray(new CompletableFuture<?>[0]))
        .whenComplete((done, error) -> mailbox.post(() -> endRound(now, looks, error == null)));
  }

  private void endRound(
      List<Presence> of, List<CompletableFuture<DeathWatch.Look>> looks, boolean complete) {
    if (complete) {
      List<DeathWatch.Look> seen = looks.stream().map(CompletableFuture::join).toList();
      Set<Integer> ended = watch.round(seen, nanoClock.getAsLong());
      for (int node : ended) {
        LOG.warn("node {}: its process has ended: not waiting for its heartbeat to time out", node);
        for (int i = 0; i < seen.size(); i++) {
          of.get(i).end(node, seen.get(i).atNanos());
        }
      }
    }
    running = !watch.suspects().isEmpty();
    if (running) {
      try {
        executor.schedule(() -> mailbox.post(this::startRound), roundMs, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        running = false;
      }
    }
  }
}
