package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.o2dlm.message.JoinReply;
import org.lockstepfs.locks.o2dlm.message.NodeInfo;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;

/** Who may join, and what a refused joiner is told. */
class DomainJoinTest {
  private static final List<NodeInfo> NODES =
      List.of(new NodeInfo(1, 7777, 0x7f000001), new NodeInfo(2, 7787, 0x7f000001));

  private static O2DlmConfig config(int node, int fsMinor, List<String> regions) {
    return new O2DlmConfig(node, "d", 1, 1, fsMinor, regions, NODES);
  }

  /** Lets a node join the domain of a member, and returns what the joiner saw. */
  private static List<Effect> join(O2DlmConfig memberConfig, O2DlmConfig joinerConfig) {
    O2Dlm member = new O2Dlm(memberConfig);
    member.join(NodeMap.of(1, 2));
    O2Dlm joiner = new O2Dlm(joinerConfig);
    List<Effect> seen = new ArrayList<>();
    // The member meets a node without the domain first.
    pump(member, joiner, new ArrayList<>(), true);
    assertThat(member.state()).isEqualTo(DomainState.JOINED);
    joiner.join(NodeMap.of(1, 2));
    pump(joiner, member, seen, false);
    return seen;
  }

  private static void pump(O2Dlm engine, O2Dlm peer, List<Effect> seen, boolean outside) {
    int from = outside ? 1 : 2;
    for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
      if (effect instanceof Effect.Send send) {
        int status =
            outside
                ? O2Dlm.answerWithoutDomain(send.message())
                : peer.onMessage(from, send.message());
        engine.onReply(send.token(), status);
      } else {
        seen.add(effect);
      }
    }
  }

  @Test
  void joinsAtTheVersionsThatTheDomainRuns() {
    List<Effect> seen = join(config(1, 1, List.of()), config(2, 4, List.of()));
    assertThat(seen).containsExactly(new Effect.Joined(NodeMap.of(1, 2), 3, 1));
  }

  @Test
  void isRefusedWithAnOlderFileSystemProtocol() {
    List<Effect> seen = join(config(1, 4, List.of()), config(2, 1, List.of()));
    assertThat(seen)
        .containsExactly(
            new Effect.JoinRefused("node 1 speaks other protocol versions than this node"));
  }

  @Test
  void isRefusedWithOtherHeartbeatRegions() {
    List<Effect> seen = join(config(1, 1, List.of()), config(2, 1, List.of("region")));
    assertThat(seen)
        .containsExactly(
            new Effect.JoinRefused(
                "node 1 is configured with other heartbeat regions than this node"));
  }

  @Test
  void isRefusedWithAnotherNodeTable() {
    O2DlmConfig other = new O2DlmConfig(2, "d", 1, 1, 1, List.of(), NODES.subList(0, 1));
    assertThat(join(config(1, 1, List.of()), other))
        .containsExactly(
            new Effect.JoinRefused("node 1 is configured with other nodes than this node"));
  }

  @Test
  void mustKnowOfEveryMemberAndComeAlone() {
    O2Dlm member = new O2Dlm(config(1, 0, List.of()));
    member.join(NodeMap.of(1));
    member.nodeUp(2);
    member.nodeUp(3);
    assertThat(ask(member, 2, NodeMap.of(2))).isEqualTo(JoinReply.Code.DISALLOW);
    assertThat(ask(member, 4, NodeMap.of(1, 4))).isEqualTo(JoinReply.Code.DISALLOW);
    assertThat(ask(member, 2, NodeMap.of(1, 2))).isEqualTo(JoinReply.Code.OK);
    assertThat(ask(member, 3, NodeMap.of(1, 3))).isEqualTo(JoinReply.Code.DISALLOW);
    member.nodeDown(2);
    assertThat(ask(member, 3, NodeMap.of(1, 3))).isEqualTo(JoinReply.Code.OK);
  }

  private static JoinReply.Code ask(O2Dlm member, int node, NodeMap map) {
    return JoinReply.ofStatus(member.onMessage(node, new QueryJoin(node, 1, 3, 1, 0, "d", map)))
        .code();
  }
}
