package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.SimProcess.Call;
import org.lockstepfs.locks.plock.SimProcess.Kind;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/**
 * Engines of up to five nodes with processes that lock at random, while nodes join, leave and die,
 * under a referee.
 *
 * <p>Membership is a growing list of views; every node walks along it at its own pace and may leave
 * views out. A node that leaves works on in its last view for a while; one that dies takes its
 * messages along. Every fourth seed is calm: no changes of view, no cancels, one thread a process;
 * then a request refused for a deadlock must have been in one.
 */
final class PlockSim {
  private static final int FSID = 0x4C4F434B;
  private static final int STEPS = 160;
  private static final int FILES = 3;
  private static final int MAX_NODES = 5;

  private final SeededScheduler random;
  private final Mutation mutation;
  private final boolean calm;
  private final int patience;
  private final SeededNetwork<PlockEnvelope> net;
  private final TreeMap<Integer, SimNode> nodes = new TreeMap<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final List<PlockView> views = new ArrayList<>();
  private final ByteBuffer wire = ByteBuffer.allocate(PlockCodec.MAX_BYTES);
  private final SimReferee referee;
  private int lastCall;

  PlockSim(SeededScheduler random, Mutation mutation) {
    this.random = random;
    this.mutation = mutation;
    this.calm = random.seed() % 4 == 0;
    this.patience = random.below(3);
    this.net = new SeededNetwork<>(random);
    this.referee = new SimReferee(nodes.values(), FILES, calm);
  }

  /** Runs to the end; throws if an invariant breaks. */
  void run() {
    TreeSet<PlockMember> first = new TreeSet<>();
    int count = 2 + random.below(MAX_NODES - 1);
    for (int n = 1; n <= count; n++) {
      first.add(newLife(n));
    }
    views.add(new PlockView(first));
    first.forEach(member -> start(member, 0));
    random.add(50, net::deliverOne);
    random.add(30, this::call);
    random.add(3, this::tickOne);
    if (!calm) {
      random.add(5, this::advanceOne);
      random.add(1, this::join);
      random.add(1, this::leave);
      random.add(1, this::die);
      random.add(4, this::cancelOne);
    }
    for (int i = 0; i < STEPS; i++) {
      random.step();
      referee.afterStep();
    }
    finish();
  }

  // Membership.

  private PlockMember newLife(int node) {
    // Heartbeat generations are random: a later life may have the smaller number.
    long life = incarnations.merge(node, 1L, Long::sum);
    return new PlockMember(node, life * 0x9E3779B97F4A7C15L);
  }

  private void start(PlockMember member, int viewAt) {
    PlockConfig config = new PlockConfig(member, FSID, 1000, 100, 100, 100, patience, 1);
    PlockEngine engine =
        new PlockEngine(config, (to, envelope) -> send(member.node(), to, envelope));
    SimNode node = new SimNode(member, engine, mutation == Mutation.REPEAT_REQUEST);
    for (int i = 0; i < 2; i++) {
      int threads = calm || random.chance(70) ? 1 : 2;
      node.processes.add(new SimProcess(member.node(), i, threads));
    }
    nodes.put(member.node(), node);
    net.attach(member.node(), node);
    enterView(node, viewAt);
  }

  private void enterView(SimNode node, int index) {
    node.viewAt = index;
    random.trace(() -> node.member + " enters " + views.get(index));
    node.engine.view(views.get(index));
  }

  private Set<PlockMember> members() {
    Set<PlockMember> members = new TreeSet<>();
    PlockView last = views.get(views.size() - 1);
    for (int node : last.nodes()) {
      members.add(last.member(node));
    }
    return members;
  }

  private boolean join() {
    int number = 1 + random.below(MAX_NODES);
    Set<PlockMember> members = members();
    boolean isMember = members.stream().anyMatch(m -> m.node() == number);
    if (isMember) {
      return false;
    }
    net.detach(number);
    PlockMember member = newLife(number);
    members.add(member);
    views.add(new PlockView(members));
    start(member, views.size() - 1);
    return true;
  }

  private boolean leave() {
    SimNode node = pickNode();
    if (node == null || node.left || members().size() < 2) {
      return false;
    }
    boolean clean = random.chance(70);
    for (SimProcess process : node.processes) {
      if (clean && (!process.calls.isEmpty() || !process.holdsNothing())) {
        for (long inode = 1; inode <= FILES; inode++) {
          startCall(process, Kind.CLOSE, inode, 0, SimProcess.BYTES - 1, false, false);
        }
        return true;
      }
    }
    random.trace(() -> node.member + " leaves");
    node.leave();
    removeMember(node.member);
    return true;
  }

  private boolean die() {
    SimNode node = pickNode();
    if (node == null || (!node.left && members().size() < 2)) {
      return false;
    }
    random.trace(() -> node.member + " dies");
    net.detach(node.member.node());
    nodes.remove(node.member.node());
    if (!node.left) {
      removeMember(node.member);
    }
    return true;
  }

  private void removeMember(PlockMember member) {
    Set<PlockMember> members = members();
    members.remove(member);
    views.add(new PlockView(members));
  }

  private boolean advanceOne() {
    SimNode node = pickNode();
    if (node == null || node.left || node.viewAt == views.size() - 1) {
      return false;
    }
    enterView(node, node.viewAt + 1 + random.below(views.size() - 1 - node.viewAt));
    return true;
  }

  private SimNode pickNode() {
    return nodes.isEmpty() ? null : random.pick(List.copyOf(nodes.values()));
  }

  private boolean tickOne() {
    SimNode node = pickNode();
    // A tick is long compared with a message; the rule of one victim a deadlock leans on it.
    if (node == null || (calm && !net.isQuiet())) {
      return false;
    }
    node.engine.tick();
    return true;
  }

  // The network.

  private void send(int from, int to, PlockEnvelope envelope) {
    SimNode sender = nodes.get(from);
    SimNode receiver = nodes.get(to);
    PlockMessage message =
        mutation.change(
            envelope.message(),
            sender == null ? null : sender.engine,
            receiver == null ? null : receiver.engine);
    if (calm && message instanceof Reply m && m.result() == PlockResult.DEADLOCK) {
      for (SimProcess process : receiver.processes) {
        process.calls.values().stream()
            .filter(call -> call.handle != null && call.handle.id == m.id())
            .forEach(call -> referee.noteRefused(process, call));
      }
    }
    PlockEnvelope sent =
        new PlockEnvelope(
            envelope.from(),
            envelope.fromIncarnation(),
            envelope.toIncarnation(),
            envelope.number(),
            envelope.fsid(),
            message);
    if (random.chance(5)) {
      sent = throughTheWire(sent);
    }
    net.send(from, to, sent, 0);
    if (random.chance(3)) {
      net.send(from, to, sent, 0);
    }
  }

  private PlockEnvelope throughTheWire(PlockEnvelope envelope) {
    try {
      wire.clear();
      PlockCodec.encode(envelope, wire);
      PlockEnvelope read = PlockCodec.decode(wire.flip());
      if (!read.equals(envelope)) {
        throw new AssertionError("wrote " + envelope + ", read " + read);
      }
      return read;
    } catch (java.io.IOException e) {
      throw new AssertionError("cannot read " + envelope, e);
    }
  }

  // Processes.

  private boolean call() {
    SimNode node = pickNode();
    if (node == null || node.processes.isEmpty()) {
      return false;
    }
    SimProcess process = random.pick(node.processes);
    if (process.calls.size() >= process.threads) {
      return false;
    }
    int dice = random.below(100);
    Kind kind =
        dice < 60 ? Kind.LOCK : dice < 85 ? Kind.UNLOCK : dice < 92 ? Kind.TEST : Kind.CLOSE;
    boolean whole = kind == Kind.CLOSE;
    int start = whole ? 0 : random.below(SimProcess.BYTES);
    int end = whole ? SimProcess.BYTES - 1 : start + random.below(SimProcess.BYTES - start);
    long inode = 1L + random.below(FILES);
    startCall(process, kind, inode, start, end, random.chance(50), random.chance(60));
    return true;
  }

  private void startCall(
      SimProcess process,
      Kind kind,
      long inode,
      int start,
      int end,
      boolean exclusive,
      boolean blocking) {
    Call call = new Call(++lastCall, kind, inode, start, end, exclusive, blocking);
    random.trace(() -> process + " calls " + call.number + " " + call);
    process.begin(
        nodes.get(process.node).engine,
        call,
        (result, conflict) -> returned(process, call, result, conflict));
  }

  private boolean cancelOne() {
    SimNode node = pickNode();
    for (SimProcess process : node == null ? List.<SimProcess>of() : node.processes) {
      for (Call call : process.calls.values()) {
        if (call.handle != null && !call.cancelled && random.chance(50)) {
          random.trace(() -> process + " cancels " + call.number);
          call.cancelled = true;
          node.engine.cancel(call.handle);
          return true;
        }
      }
    }
    return false;
  }

  private void returned(SimProcess process, Call call, PlockResult result, PlockConflict conflict) {
    random.trace(() -> process + " returns " + call.number + " " + result);
    SimNode node = nodes.get(process.node);
    if (node == null || !node.processes.contains(process)) {
      return;
    }
    process.end(call, result);
    checkResult(process, call, result, conflict);
    if (result == PlockResult.GRANTED && call.kind == Kind.LOCK) {
      referee.checkConflicts(call.inode);
    }
  }

  private void checkResult(
      SimProcess process, Call call, PlockResult result, PlockConflict conflict) {
    boolean allowed =
        switch (result) {
          case GRANTED -> true;
          case AGAIN -> call.kind == Kind.LOCK && !call.blocking;
          case DEADLOCK -> call.kind == Kind.LOCK && call.blocking;
          case INTERRUPTED ->
              call.kind == Kind.LOCK && (call.cancelled || process.threads > 1 || !calm);
          case NO_LOCKS, IO_ERROR -> false;
        };
    if (!allowed) {
      fail("%s: %s returned %s", process, call, result);
    }
    if (result == PlockResult.DEADLOCK && nodes.get(process.node).engine.ownsTable(call.inode)) {
      referee.noteRefused(process, call);
    }
    if (result == PlockResult.DEADLOCK && calm && !call.wasInCycle) {
      fail("%s: %s is no deadlock", process, call);
    }
    if (conflict != null) {
      boolean real =
          !conflict.owner().equals(process.plockOwner())
              && conflict.start() <= SimProcess.lastByte(call.end)
              && conflict.end() >= call.start
              && (conflict.exclusive() || call.exclusive);
      if (!real) {
        fail("%s: %s does not conflict with %s", process, call, conflict);
      }
    }
  }

  // The end: everybody comes to the last view, all calls return, nothing is left.

  private void finish() {
    for (SimNode node : List.copyOf(nodes.values())) {
      if (node.left) {
        net.detach(node.member.node());
        nodes.remove(node.member.node());
      } else if (node.viewAt < views.size() - 1) {
        enterView(node, views.size() - 1);
      }
    }
    for (int round = 0; round < 40; round++) {
      settle();
      referee.checkTables();
      if (nodes.values().stream().allMatch(n -> n.processes.stream().allMatch(this::isIdle))) {
        settle();
        referee.checkNothingLeft();
        return;
      }
      closeIdle();
    }
    fail("calls are left: %s", referee.describeCalls());
  }

  private boolean isIdle(SimProcess process) {
    return process.calls.isEmpty() && process.holdsNothing();
  }

  private void settle() {
    for (int i = 0; i < 6; i++) {
      for (int delivered = 0; net.deliverOne(); delivered++) {
        referee.afterStep();
        if (delivered > 20_000) {
          fail("the network does not come to rest");
        }
      }
      nodes.values().forEach(node -> node.engine.tick());
    }
    while (net.deliverOne()) {
      referee.afterStep();
    }
  }

  /** Ends the processes that wait for nothing; somebody must be among them or all have ended. */
  private void closeIdle() {
    boolean any = false;
    for (SimNode node : nodes.values()) {
      for (SimProcess process : node.processes) {
        if (process.calls.isEmpty() && !process.holdsNothing()) {
          any = true;
          for (long inode = 1; inode <= FILES; inode++) {
            startCall(process, Kind.CLOSE, inode, 0, SimProcess.BYTES - 1, false, false);
          }
        }
      }
    }
    if (!any) {
      fail("nobody can go on: %s", referee.describeCalls());
    }
  }
}
