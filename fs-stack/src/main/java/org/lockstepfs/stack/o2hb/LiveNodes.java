package org.lockstepfs.stack.o2hb;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.PeerFence;

/**
 * The nodes that are live in any region of this node (o2hb_live_node_bitmap), and who wants to
 * know. Transport and quorum know at once that a node fell silent; those who take over what it held
 * have to wait until it is fenced. Thread-safe.
 */
public final class LiveNodes {

  private record Registration(HeartbeatListener listener, int priority) {}

  /** What most listeners have not heard yet of a node that is being fenced. */
  private static final class HeldBack {
    final List<CompletableFuture<Void>> fences = new ArrayList<>();
    final List<Consumer<HeartbeatListener>> events = new ArrayList<>();
  }

  private final Object callbackLock = new Object();
  private final List<Registration> registrations = new ArrayList<>();
  private final Map<Integer, Set<Object>> regionsOf = new HashMap<>();
  private final Set<Integer> silent = new HashSet<>();
  private final Map<Integer, HeldBack> heldBack = new TreeMap<>();
  private final PeerFence fence;
  private final AtomicLongArray beats = new AtomicLongArray(ClusterNode.MAX_NODES);
  private volatile BitSet live = new BitSet();

  /** Makes an empty set of nodes that nobody fences from outside. */
  public LiveNodes() {
    this(PeerFence.NONE);
  }

  /** Makes an empty set. */
  public LiveNodes(PeerFence fence) {
    this.fence = fence;
  }

  /** Returns a copy of the set of live nodes; holds this node once its own heartbeat is seen. */
  public BitSet snapshot() {
    return (BitSet) live.clone();
  }

  /** Returns whether a node is live in any region. */
  public boolean isLive(int node) {
    return live.get(node);
  }

  /**
   * Returns when a node's block was last seen to change in any region, on the heartbeat's clock;
   * meaningless if the node has never been live.
   */
  public long lastBeatNanos(int node) {
    return beats.get(node);
  }

  void beat(int node, long nowNanos) {
    beats.set(node, nowNanos);
  }

  /** Returns whether some node, this one included, is live in none but these regions. */
  public boolean carry(Set<Object> regions) {
    synchronized (callbackLock) {
      return regionsOf.values().stream().anyMatch(regions::containsAll);
    }
  }

  /**
   * Adds a listener.
   *
   * @param priority listeners with lower numbers are called first
   */
  public void add(HeartbeatListener listener, int priority) {
    synchronized (callbackLock) {
      registrations.add(new Registration(listener, priority));
      registrations.sort(Comparator.comparingInt(Registration::priority));
    }
  }

  /** Removes a listener; when this returns it is not being called and never will be. */
  public void remove(HeartbeatListener listener) {
    synchronized (callbackLock) {
      registrations.removeIf(r -> r.listener() == listener);
    }
  }

  /**
   * A node is live in a region.
   *
   * @param region any object that stands for it
   */
  public void up(Object region, int node, long generation) {
    synchronized (callbackLock) {
      Set<Object> regions = regionsOf.computeIfAbsent(node, n -> new HashSet<>());
      boolean first = regions.isEmpty();
      regions.add(region);
      if (first) {
        publish(node, true);
        tell(node, listener -> listener.nodeUp(node, generation));
      }
    }
  }

  /**
   * A node is not live in a region any more.
   *
   * @param fellSilent whether that is all that is known; else it has left or its process has ended
   */
  public void down(Object region, int node, boolean fellSilent) {
    synchronized (callbackLock) {
      if (fellSilent) {
        silent.add(node);
      }
      Set<Object> regions = regionsOf.get(node);
      if (regions != null && regions.remove(region) && regions.isEmpty()) {
        regionsOf.remove(node);
        publish(node, false);
        if (silent.remove(node)) {
          holdBack(node);
        }
        tell(node, listener -> listener.nodeDown(node));
      }
    }
  }

  private void holdBack(int node) {
    CompletableFuture<Void> fenced = fence.fence(node);
    if (!fenced.isDone()) {
      heldBack.computeIfAbsent(node, n -> new HeldBack()).fences.add(fenced);
      fenced.thenRun(() -> fenced(node));
    }
  }

  private void fenced(int node) {
    synchronized (callbackLock) {
      HeldBack held = heldBack.get(node);
      if (held != null && held.fences.stream().allMatch(CompletableFuture::isDone)) {
        heldBack.remove(node);
        held.events.forEach(e -> tell(e, r -> r.priority() > HeartbeatListener.PRIORITY_NET));
      }
    }
  }

  private void tell(int node, Consumer<HeartbeatListener> event) {
    HeldBack held = heldBack.get(node);
    if (held == null) {
      tell(event, r -> true);
    } else {
      tell(event, r -> r.priority() <= HeartbeatListener.PRIORITY_NET);
      held.events.add(event);
    }
  }

  private void tell(Consumer<HeartbeatListener> event, Predicate<Registration> who) {
    List.copyOf(registrations).stream().filter(who).forEach(r -> event.accept(r.listener()));
  }

  /** Returns what completes when all nodes that have fallen silent so far are fenced. */
  public CompletableFuture<Void> allFenced() {
    synchronized (callbackLock) {
      return CompletableFuture.allOf(
          heldBack.values().stream()
              .flatMap(held -> held.fences.stream())
              .toArray(CompletableFuture<?>[]::new));
    }
  }

  private void publish(int node, boolean isLive) {
    BitSet next = (BitSet) live.clone();
    next.set(node, isLive);
    live = next;
  }
}
