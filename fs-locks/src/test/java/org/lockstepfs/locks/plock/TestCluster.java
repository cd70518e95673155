package org.lockstepfs.locks.plock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A few engines whose messages wait on their links until the test delivers them. */
final class TestCluster {
  private record Link(int from, int to) {}

  private final Map<Integer, PlockEngine> engines = new TreeMap<>();
  private final Map<Integer, PlockMember> members = new TreeMap<>();
  private final List<Link> order = new ArrayList<>();
  private final Map<String, Deque<PlockEnvelope>> links = new TreeMap<>();

  /** Starts nodes 1 to n in one view and lets them settle. */
  TestCluster(int count) {
    for (int node = 1; node <= count; node++) {
      start(node, 1);
    }
    viewOfAll();
  }

  void start(int node, long incarnation) {
    PlockMember member = new PlockMember(node, incarnation);
    PlockConfig config = new PlockConfig(member, 1, 100, 50, 100, 100, 1, 1);
    members.put(node, member);
    engines.put(node, new PlockEngine(config, (to, envelope) -> queue(node, to).add(envelope)));
  }

  /** Takes a node away with what is on its links. */
  void kill(int node) {
    engines.remove(node);
    members.remove(node);
    links.keySet().removeIf(k -> k.startsWith(node + ">") || k.endsWith(">" + node));
  }

  /** Brings all nodes to the view of all that live. */
  void viewOfAll() {
    PlockView view = view();
    engines.values().forEach(engine -> engine.view(view));
    deliverAll();
  }

  PlockView view() {
    return new PlockView(members.values());
  }

  PlockEngine node(int node) {
    return engines.get(node);
  }

  /** Delivers one message on a link; fails if there is none. */
  PlockMessage deliver(int from, int to) {
    PlockEnvelope envelope = queue(from, to).remove();
    engines.get(to).onMessage(envelope);
    return envelope.message();
  }

  /** Delivers until all links are empty. */
  void deliverAll() {
    boolean any = true;
    while (any) {
      any = false;
      for (Link link : List.copyOf(order)) {
        if (!queue(link.from, link.to).isEmpty() && engines.containsKey(link.to)) {
          deliver(link.from, link.to);
          any = true;
        }
      }
    }
  }

  /** Returns a file whose directory node is this one. */
  long fileOf(int node) {
    long inode = 1000;
    while (view().directoryNode(inode) != node) {
      inode++;
    }
    return inode;
  }

  /** Returns a file whose table the node owns: it has locked it once. */
  long ownFile(int node, long from) {
    Call call = lock(node, 99, from, 0, 0, true, false);
    deliverAll();
    node(node).close(from, 99, call);
    deliverAll();
    return from;
  }

  Call lock(
      int node, long owner, long inode, long start, long end, boolean exclusive, boolean wait) {
    Call call = new Call(this, node);
    call.request = node(node).lock(inode, owner, 1, start, end, exclusive, wait, call);
    return call;
  }

  Call unlock(int node, long owner, long inode, long start, long end) {
    Call call = new Call(this, node);
    node(node).unlock(inode, owner, start, end, call);
    return call;
  }

  Call close(int node, long owner, long inode) {
    Call call = new Call(this, node);
    node(node).close(inode, owner, call);
    return call;
  }

  Call test(int node, long owner, long inode, long start, long end, boolean exclusive) {
    Call call = new Call(this, node);
    node(node).test(inode, owner, start, end, exclusive, call);
    return call;
  }

  private Deque<PlockEnvelope> queue(int from, int to) {
    String key = from + ">" + to;
    if (!links.containsKey(key)) {
      links.put(key, new ArrayDeque<>());
      Link link = new Link(from, to);
      if (!order.contains(link)) {
        order.add(link);
      }
    }
    return links.get(key);
  }

  /** A call and its answer. */
  static final class Call implements PlockCallback {
    private final TestCluster cluster;
    private final int node;
    private PlockRequest request;
    private final List<PlockResult> results = new ArrayList<>();
    private PlockConflict conflict;

    Call(TestCluster cluster, int node) {
      this.cluster = cluster;
      this.node = node;
    }

    @Override
    public void done(PlockResult result, PlockConflict inTheWay) {
      results.add(result);
      conflict = inTheWay;
    }

    /** Returns the answer, or null; an answer that came twice is an error. */
    PlockResult result() {
      if (results.size() > 1) {
        throw new AssertionError("answered " + results);
      }
      return results.isEmpty() ? null : results.get(0);
    }

    PlockConflict conflict() {
      return conflict;
    }

    void cancel() {
      cluster.node(node).cancel(request);
    }
  }
}
