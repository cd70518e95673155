package org.lockstepfs.stack.user.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.stack.glue.ProtocolVersion;

/**
 * Nodes that join, leave and die while messages and answers of different pairs overtake each other
 * and get lost: sets of one sequence are equal and start in one order, each after a stop, a set
 * holds nobody whose death its nodes have not seen, and in the end all have one set.
 */
class ViewAgreementTest {
  private static final int NODES = 4;

  private final Map<Integer, Node> nodes = new TreeMap<>();
  private final Map<String, ArrayDeque<Runnable>> wire = new TreeMap<>();
  private final Map<String, List<Long>> history = new TreeMap<>();
  private Random random;
  private long lives;

  /** One life of a node, as the test sees it. */
  private final class Node implements ViewActions {
    final int number;
    final long life = ++lives;
    final ViewAgreement agreement;
    final TreeMap<Long, Map<Integer, Long>> started = new TreeMap<>();
    final List<Long> order = new ArrayList<>();
    Map<Integer, Long> running = Map.of();
    boolean isStopped = true;
    boolean leaving;
    boolean left;
    int runningMinor = -1;
    String refusal;

    Node(int number, int newestMinor) {
      this.number = number;
      agreement = new ViewAgreement(number, life, new ProtocolVersion(1, newestMinor), this);
    }

    @Override
    public void send(int to, ControlMessage message, IntConsumer answered) {
      Node target = nodes.get(to);
      post(
          number,
          to,
          () -> {
            boolean lost = random.nextInt(10) == 0 || nodes.get(number) != this;
            if (target == null || nodes.get(to) != target || lost) {
              answer(to, answered, ViewAgreement.UNREACHABLE);
            } else {
              int status = target.agreement.onMessage(number, message);
              boolean answerLost = random.nextInt(10) == 0;
              answer(to, answered, answerLost ? ViewAgreement.UNREACHABLE : status);
            }
          });
    }

    private void answer(int from, IntConsumer answered, int status) {
      post(from, number, () -> answered.accept(status));
    }

    @Override
    public void stop() {
      running = Map.of();
      isStopped = true;
    }

    @Override
    public void start(long seq, int minor, Map<Integer, Long> members) {
      assertThat(started.isEmpty() || started.lastKey() < seq).as("set %d is newer", seq).isTrue();
      assertThat(isStopped).as("a stop comes before each start").isTrue();
      isStopped = false;
      started.put(seq, Map.copyOf(members));
      order.add(seq);
      history.computeIfAbsent(number + "." + life, n -> order);
      for (Node other : nodes.values().stream().filter(n -> !n.leaving).toList()) {
        assertThat(other.started.getOrDefault(seq, members)).as("set %d", seq).isEqualTo(members);
      }
      assertThat(members).containsEntry(number, life);
      running = Map.copyOf(members);
      runningMinor = minor;
    }

    @Override
    public void died(int node, long ended) {
      assertThat(nodes.get(node)).isNotEqualTo(this);
    }

    @Override
    public void refused(String reason) {
      refusal = reason;
    }

    @Override
    public void left() {
      left = true;
    }

    @Override
    public OptionalLong incarnationOf(int node) {
      Node other = nodes.get(node);
      return other == null ? OptionalLong.empty() : OptionalLong.of(other.life);
    }
  }

  private void post(int from, int to, Runnable delivery) {
    wire.computeIfAbsent(from + " to " + to, p -> new ArrayDeque<>()).add(delivery);
  }

  private void join(int number) {
    join(number, 0);
  }

  private void join(int number, int newestMinor) {
    BitSet live = new BitSet();
    nodes.keySet().forEach(live::set);
    Node node = new Node(number, newestMinor);
    nodes.values().forEach(n -> n.agreement.nodeUp(number));
    nodes.put(number, node);
    node.agreement.join(live);
  }

  private void die(int number) {
    nodes.remove(number);
    nodes.values().forEach(n -> n.agreement.nodeDown(number));
  }

  private void run(int steps) {
    for (int i = 0; i < steps; i++) {
      if (wire.isEmpty() || random.nextInt(20) == 0) {
        List.copyOf(nodes.values()).forEach(n -> n.agreement.tick());
      } else {
        List<String> pairs = List.copyOf(wire.keySet());
        String pair = pairs.get(random.nextInt(pairs.size()));
        Runnable next = wire.get(pair).remove();
        if (wire.get(pair).isEmpty()) {
          wire.remove(pair);
        }
        next.run();
      }
      List.copyOf(nodes.values()).stream().filter(n -> n.left).forEach(n -> die(n.number));
    }
  }

  /** Which sets were started, in the order of their starts, is the same for any two lives. */
  private void assertOneOrder(int seed) {
    for (List<Long> one : history.values()) {
      for (List<Long> other : history.values()) {
        List<Long> common = one.stream().filter(other::contains).toList();
        assertThat(other.stream().filter(one::contains).toList())
            .as("seed %d: order of starts", seed)
            .isEqualTo(common);
      }
    }
    history.clear();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 2000, 3000})
  void allAgreeInTheEnd(int firstSeed) {
    for (int seed = firstSeed; seed < firstSeed + 100; seed++) {
      random = new Random(seed);
      nodes.clear();
      wire.clear();
      for (int event = 0; event < 12; event++) {
        int number = 1 + random.nextInt(NODES);
        Node node = nodes.get(number);
        if (node == null) {
          join(number);
        } else if (random.nextBoolean()) {
          die(number);
        } else {
          node.leaving = true;
          node.agreement.leave();
        }
        run(random.nextInt(60));
      }
      run(6_000);
      Map<Integer, Long> expected = new TreeMap<>();
      nodes.values().forEach(n -> expected.put(n.number, n.life));
      assertOneOrder(seed);
      for (Node node : nodes.values()) {
        assertThat(node.running).as("seed %d, node %d", seed, node.number).isEqualTo(expected);
        assertThat(node.refusal).isNull();
      }
    }
  }

  @Test
  void aNewerNodeRunsWhatRunsAlready() {
    random = new Random(1);
    join(2, 1);
    run(1_000);
    join(1, 2);
    run(1_000);
    assertThat(nodes.get(1).running).isEqualTo(nodes.get(2).running).hasSize(2);
    assertThat(nodes.get(1).runningMinor).isEqualTo(nodes.get(2).runningMinor).isEqualTo(1);
  }

  @Test
  void anOlderNodeStaysOutOfWhatIsTooNewForIt() {
    random = new Random(1);
    join(1, 2);
    run(1_000);
    join(2, 1);
    run(1_000);
    assertThat(nodes.get(2).refusal).contains("node 1 speaks another locking protocol than 1.1");
    assertThat(nodes.get(2).running).isEmpty();
    assertThat(nodes.get(1).running).hasSize(1);
    assertThat(nodes.get(1).runningMinor).isEqualTo(2);
  }
}
