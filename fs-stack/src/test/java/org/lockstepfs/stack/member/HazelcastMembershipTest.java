package org.lockstepfs.stack.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;

/** Real members on the loopback interface. */
@Timeout(60)
class HazelcastMembershipTest {
  private final List<HazelcastMembership> open = new ArrayList<>();

  private HazelcastMembership start(ClusterConfig cluster, int number, String stack, int interval)
      throws IOException {
    return start(cluster, cluster.node(number).orElseThrow(), number, stack, interval);
  }

  private HazelcastMembership start(
      ClusterConfig cluster, ClusterNode at, int number, String stack, int interval)
      throws IOException {
    Member member = new Member(number, at.name(), "127.0.0.1", stack, 1000 + number);
    MemberProfile profile =
        new MemberProfile(member, cluster.name(), interval, 7, 10_000, 2_000, "disk", "internal");
    HazelcastMembership membership = new HazelcastMembership(cluster, at, profile);
    open.add(membership);
    membership.start();
    return membership;
  }

  @AfterEach
  void close() {
    open.forEach(HazelcastMembership::close);
  }

  @Test
  void membersSeeEachOtherComeAndGo() throws Exception {
    ClusterConfig cluster = TestCluster.of(3);
    long begun = System.nanoTime();
    HazelcastMembership a = start(cluster, 1, "o2cb", 1_000);
    List<String> events = new CopyOnWriteArrayList<>();
    a.addListener(
        new MembershipListener() {
          @Override
          public void memberUp(Member member) {
            events.add("up " + member.node() + " " + member.incarnation());
          }

          @Override
          public void memberDown(Member member) {
            events.add("down " + member.node() + " " + member.incarnation());
          }
        });
    HazelcastMembership b = start(cluster, 2, "o2cb", 1_000);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(20_000);
    assertThat(b.members()).extracting(Member::node).containsExactly(1, 2);
    assertThat(a.members()).isEqualTo(b.members());
    b.close();
    while (events.size() < 2) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(events).containsExactly("up 2 1002", "down 2 1002");
    assertThat(a.members()).extracting(Member::node).containsExactly(1);

    assertThatThrownBy(() -> start(cluster, 3, "o2cb", 2_000))
        .hasMessage(
            "cannot join cluster test: heartbeat interval 2000 does not match 1000 of node 1");
    assertThatThrownBy(() -> start(cluster, 3, "pcmk", 1_000))
        .hasMessage("cannot join cluster test: cluster stack pcmk does not match o2cb of node 1");
    ClusterNode third = cluster.node(3).orElseThrow();
    assertThatThrownBy(() -> start(cluster, third, 1, "o2cb", 1_000))
        .hasMessage("cannot join cluster test: node number 1 is in use by 'n1' at 127.0.0.1");
    assertThatThrownBy(() -> start(cluster, 1, "o2cb", 1_000))
        .hasMessageContaining("membership cannot start on 127.0.0.1:");
    while (a.members().size() > 1) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(a.members()).extracting(Member::node).containsExactly(1);
  }
}
