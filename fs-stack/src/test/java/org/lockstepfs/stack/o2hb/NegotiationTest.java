package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.o2hb.Negotiation.Effect;

/** Nodes 1 to n with disks that hang, and messages that take any time but keep their order. */
class NegotiationTest {
  private static final long TICK = 250;
  private static final long HUNG = HeartbeatTiming.FAST.hungMs();
  private static final long WRITE_TIMEOUT = HeartbeatTiming.FAST.writeTimeoutMs();
  private static final long VERDICT = HeartbeatTiming.FAST.verdictMs();

  private record Event(long at, long order, Runnable task) {}

  private final class Node {
    final int number;
    final Negotiation machine;
    long lastWrite;
    long deadline = WRITE_TIMEOUT;
    long resumed;
    long hangs;

    Node(int number) {
      this.number = number;
      this.machine = new Negotiation(number);
    }

    boolean isHung() {
      return now - lastWrite >= HUNG;
    }

    /** One beat per second while the disk works; counts the others anew after a hang. */
    void beat() {
      if (now >= hangs && now < deadline) {
        if (isHung()) {
          resumed = now;
        }
        lastWrite = now;
        deadline = Math.max(deadline, now + WRITE_TIMEOUT);
      }
      after(1_000, this::beat);
    }

    void tick() {
      if (now < deadline) {
        machine.tick(isHung(), live, now);
        perform();
      }
      after(TICK, this::tick);
    }

    void perform() {
      for (Effect effect : machine.poll()) {
        if (effect instanceof Effect.Report report) {
          send(report.to(), () -> nodes.get(report.to() - 1).machine.reported(number));
        } else if (effect instanceof Effect.Answer answer) {
          send(answer.node(), () -> nodes.get(answer.node() - 1).machine.answered(true));
        } else if (effect instanceof Effect.Approve approve) {
          send(approve.node(), () -> nodes.get(approve.node() - 1).machine.approved(number));
        } else if (effect instanceof Effect.Extend extend && now < deadline) {
          extensions++;
          deadline = Math.max(deadline, extend.sinceNanos() + WRITE_TIMEOUT);
        }
      }
    }

    void send(int to, Runnable delivery) {
      long at = Math.max(now + random.nextInt(maxDelay), arrivals[number][to]);
      arrivals[number][to] = at;
      Node target = nodes.get(to - 1);
      events.add(
          new Event(
              at,
              order++,
              () -> {
                delivery.run();
                target.perform();
              }));
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final BitSet live = new BitSet();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final long[][] arrivals = new long[10][10];
  private Random random = new Random(0);
  private int maxDelay = 5;
  private long now;
  private long order;
  private int extensions;

  private void after(long ms, Runnable task) {
    events.add(new Event(now + ms, order++, task));
  }

  private void cluster(int size) {
    for (int n = 1; n <= size; n++) {
      live.set(n);
      Node node = new Node(n);
      nodes.add(node);
      after(random.nextInt(1_000), node::beat);
      after(random.nextInt((int) TICK), node::tick);
    }
  }

  private void run(long untilMs) {
    while (events.peek().at() <= untilMs) {
      Event next = events.remove();
      now = next.at();
      next.task().run();
      check();
    }
  }

  /** Nobody's verdict on a node may come before that node's deadline. */
  private void check() {
    for (Node judge : nodes) {
      for (Node judged : nodes) {
        if (judge != judged && !judge.isHung() && now < judge.deadline && now < judged.deadline) {
          long verdict = Math.max(judged.lastWrite, judge.resumed) + VERDICT;
          assertThat(verdict)
              .as("%d ms: node %d judges node %d", now, judge.number, judged.number)
              .isGreaterThan(judged.deadline);
        }
      }
    }
  }

  @Test
  void aStorageOutageOfAMinuteIsSurvivedByAll() {
    cluster(5);
    nodes.forEach(node -> after(9_500, () -> node.hangs = 70_000));
    run(90_000);
    assertThat(nodes).allMatch(node -> now < node.deadline && !node.isHung());
    assertThat(extensions).isGreaterThan(50);
  }

  @Test
  void ifOneNodeStillWritesTheOthersGetNoTime() {
    cluster(4);
    nodes.stream()
        .filter(node -> node.number != 3)
        .forEach(node -> after(9_500, () -> node.hangs = 70_000));
    run(30_000);
    assertThat(extensions).isZero();
    assertThat(nodes).allMatch(node -> node.number == 3 == now < node.deadline);
  }

  @Test
  void anApprovalWithoutAnAnsweredReportOrFromAnybodyElseIsNothing() {
    Negotiation machine = new Negotiation(2);
    BitSet both = new BitSet();
    both.set(1, 4);
    machine.tick(true, both, 100);
    assertThat(machine.poll()).containsExactly(new Effect.Report(1));
    machine.approved(1);
    assertThat(machine.poll()).isEmpty();
    machine.answered(true);
    machine.approved(3);
    assertThat(machine.poll()).isEmpty();
    machine.approved(1);
    assertThat(machine.poll()).containsExactly(new Effect.Extend(100));
    machine.tick(false, both, 200);
    machine.approved(1);
    assertThat(machine.poll()).isEmpty();
  }

  @Test
  void whateverHangsAndHoweverLongMessagesTakeNoVerdictComesTooEarly() {
    int all = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      NegotiationTest run = new NegotiationTest();
      run.random = new Random(seed);
      run.maxDelay = 1 + run.random.nextInt(seed % 2 == 0 ? 20 : 3_000);
      run.cluster(2 + seed % 4);
      long begin = 8_000L + run.random.nextInt(1_000);
      for (Node node : run.nodes) {
        for (int i = 0; i < 1 + run.random.nextInt(3); i++) {
          long length = 1_000L + run.random.nextInt(15_000);
          run.after(
              begin + run.random.nextInt(i == 0 ? 1_500 : 20_000),
              () -> node.hangs = Math.max(node.hangs, run.now + length));
        }
      }
      run.run(60_000);
      all += run.extensions;
    }
    assertThat(all).as("the runs must reach approvals").isGreaterThan(1_000);
  }
}
