package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockConfig;
import org.lockstepfs.locks.plock.PlockEngine;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.locks.plock.PlockResult;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.locks.plock.SimNode;
import org.lockstepfs.locks.plock.SimProcess;
import org.lockstepfs.locks.plock.SimProcess.Call;
import org.lockstepfs.locks.plock.SimProcess.Kind;

/**
 * The byte-range locks of a node: the engine, as {@code PlockTransport} drives it, and programs.
 */
final class ByteRanges {
  static final int FILES = 2;
  private static final int FSID = 0x4C4F434B;
  private static final int RECHECK_MS = 50;
  private static final int TICK_MS = 1_000;

  private final Life life;
  private final SimNode node;
  private List<Integer> wanted = List.of();
  private PlockView view;
  private boolean ticking;

  ByteRanges(Life life) {
    this.life = life;
    PlockMember self = new PlockMember(life.number, life.generation);
    PlockEngine engine =
        new PlockEngine(new PlockConfig(self, FSID, 1000, 100, 100, 100, 2, 30), this::send);
    this.node = new SimNode(self, engine, false);
    for (int i = 0; i < 2; i++) {
      node.processes.add(new SimProcess(life.number, i, 1));
    }
  }

  SimNode node() {
    return node;
  }

  void members(List<Integer> members) {
    wanted = List.copyOf(members);
    enterView();
  }

  private void enterView() {
    if (!wanted.contains(life.number)) {
      return;
    }
    List<PlockMember> members = new ArrayList<>();
    for (int n : wanted) {
      long incarnation = n == life.number ? life.generation : life.generationOf(n);
      if (incarnation == 0) {
        life.after(RECHECK_MS, () -> life.post(this::enterView));
        return;
      }
      members.add(new PlockMember(n, incarnation));
    }
    view = life.cluster.rules.view(view, new PlockView(members));
    life.cluster.random.trace(() -> life.number + ": byte ranges of " + view);
    node.engine.view(view);
    if (!ticking) {
      ticking = true;
      life.after(TICK_MS, this::tick);
    }
  }

  private void tick() {
    life.post(node.engine::tick);
    life.after(TICK_MS, this::tick);
  }

  private void send(int to, PlockEnvelope envelope) {
    life.cluster.sendRanges(life, to, envelope);
  }

  void receive(PlockEnvelope envelope) {
    if (!node.engine.onMessage(envelope)) {
      throw new AssertionError("a message is missing before " + envelope);
    }
  }

  // Programs.

  /** One of the processes does something, or nothing if it waits. */
  void act() {
    SimProcess process = life.cluster.random.pick(node.processes);
    if (!process.calls.isEmpty()) {
      for (Call call : List.copyOf(process.calls.values())) {
        if (call.handle != null && life.cluster.random.chance(10)) {
          call.cancelled = true;
          life.post(() -> node.engine.cancel(call.handle));
        }
      }
      return;
    }
    int dice = life.cluster.random.below(100);
    Kind kind = dice < 50 ? Kind.LOCK : dice < 85 ? Kind.UNLOCK : Kind.CLOSE;
    boolean whole = kind == Kind.CLOSE;
    int start = whole ? 0 : life.cluster.random.below(SimProcess.BYTES);
    int end =
        whole ? SimProcess.BYTES - 1 : start + life.cluster.random.below(SimProcess.BYTES - start);
    begin(
        process,
        kind,
        1 + life.cluster.random.below(FILES),
        start,
        end,
        life.cluster.random.chance(50),
        life.cluster.random.chance(60));
  }

  private void begin(
      SimProcess process, Kind kind, long inode, int start, int end, boolean ex, boolean wait) {
    Call call = new Call(life.cluster.nextCall(), kind, inode, start, end, ex, wait);
    life.post(
        () -> process.begin(node.engine, call, (result, conflict) -> ended(process, call, result)));
    if (kind != Kind.LOCK) {
      // What is being given up must not be relied on from now on.
      process.calls.put(call.number, call);
    }
  }

  private void ended(SimProcess process, Call call, PlockResult result) {
    process.end(call, result);
    if (result == PlockResult.GRANTED && call.kind == Kind.LOCK && life.mayAct()) {
      life.cluster.checker.rangesOf(call.inode);
    }
    boolean refused = result == PlockResult.IO_ERROR || result == PlockResult.NO_LOCKS;
    life.cluster.referee.check(!refused, () -> life.number + ": " + call + " returned " + result);
  }

  /** Closes what no process waits for; returns whether nothing is left. */
  boolean close() {
    boolean empty = true;
    for (SimProcess process : node.processes) {
      empty &= process.calls.isEmpty() && process.holdsNothing();
      if (process.calls.isEmpty() && !process.holdsNothing()) {
        for (long inode = 1; inode <= FILES; inode++) {
          begin(process, Kind.CLOSE, inode, 0, SimProcess.BYTES - 1, false, false);
        }
      }
    }
    return empty;
  }

  boolean isIdle() {
    return node.processes.stream().allMatch(p -> p.calls.isEmpty());
  }
}
