package org.lockstepfs.stack.o2hb;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import org.lockstepfs.stack.config.ClusterNode;

/**
 * The nodes that are live in any region of this node (o2hb_live_node_bitmap), and who wants to
 * know. Thread-safe.
 */
public final class LiveNodes {

  private record Registration(HeartbeatListener listener, int priority) {}

  private final Object callbackLock = new Object();
  private final List<Registration> registrations = new ArrayList<>();
  private final Map<Integer, Set<Object>> regionsOf = new HashMap<>();
  private final AtomicLongArray beats = new AtomicLongArray(ClusterNode.MAX_NODES);
  private volatile BitSet live = new BitSet();

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

  void up(Object region, int node, long generation) {
    synchronized (callbackLock) {
      Set<Object> regions = regionsOf.computeIfAbsent(node, n -> new HashSet<>());
      boolean first = regions.isEmpty();
      regions.add(region);
      if (first) {
        publish(node, true);
        for (Registration r : List.copyOf(registrations)) {
          r.listener().nodeUp(node, generation);
        }
      }
    }
  }

  void down(Object region, int node) {
    synchronized (callbackLock) {
      Set<Object> regions = regionsOf.get(node);
      if (regions != null && regions.remove(region) && regions.isEmpty()) {
        regionsOf.remove(node);
        publish(node, false);
        for (Registration r : List.copyOf(registrations)) {
          r.listener().nodeDown(node);
        }
      }
    }
  }

  private void publish(int node, boolean isLive) {
    BitSet next = (BitSet) live.clone();
    next.set(node, isLive);
    live = next;
  }
}
