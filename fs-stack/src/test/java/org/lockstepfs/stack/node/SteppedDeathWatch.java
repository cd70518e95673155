package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.member.Membership;
import org.lockstepfs.stack.member.MembershipListener;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.NodeLinks;

/** The real {@link DeathWatchDriver} for a simulation of a node that has one volume, by votes. */
public final class SteppedDeathWatch {

  /** What is known of the node's volume. */
  public interface Beats {
    /** Returns for each live node when it was last heard. */
    Map<Integer, Long> heardNanos();

    /** A node's process is known to have ended. */
    void ended(int node, long lookedAtNanos);
  }

  private final DeathWatchDriver driver;

  /** Makes a watch that hears of links and heartbeats, and of members by {@link #memberDown}. */
  public SteppedDeathWatch(
      int self,
      NodeLinks net,
      LiveNodes liveNodes,
      Supplier<List<Member>> members,
      Beats beats,
      ScheduledExecutorService executor,
      LongSupplier nanoClock) {
    OnlyVolume volume = new OnlyVolume(beats, nanoClock);
    driver =
        new DeathWatchDriver(
            self,
            HeartbeatTiming.FAST,
            net,
            liveNodes,
            new Members(members),
            () -> List.of(volume),
            executor,
            nanoClock);
    net.addLinkListener(driver);
    liveNodes.add(driver, HeartbeatListener.PRIORITY_NET);
  }

  /** A node is no member any more. */
  public void memberDown(Member member) {
    driver.memberDown(member);
  }

  private record Members(Supplier<List<Member>> source) implements Membership {
    @Override
    public void start() {}

    @Override
    public List<Member> members() {
      return source.get();
    }

    @Override
    public void addListener(MembershipListener listener) {}

    @Override
    public void close() {}
  }

  /** As {@link VotesPresence}, as far as the watch asks. */
  private record OnlyVolume(Beats beats, LongSupplier nanoClock) implements Presence {
    @Override
    public CompletableFuture<DeathWatch.Look> look() {
      return CompletableFuture.completedFuture(
          new DeathWatch.Look(beats, nanoClock.getAsLong(), beats.heardNanos()));
    }

    @Override
    public void end(int node, long lookedAtNanos) {
      beats.ended(node, lookedAtNanos);
    }

    @Override
    public long generation() {
      throw new UnsupportedOperationException();
    }

    @Override
    public OptionalLong generationOf(int node) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void start() throws IOException {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<Integer, Long> silentGenerations() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long ageNanos() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void stop() {
      throw new UnsupportedOperationException();
    }
  }
}
