package org.lockstepfs.stack.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberProfileTest {
  private static final MemberProfile THERE = profile(1, "demo", "pcmk", "disk", "internal");

  private static MemberProfile profile(
      int node, String cluster, String stack, String quorum, String plocks) {
    Member member = new Member(node, "n" + node, "127.0.0." + node, stack, 7);
    return new MemberProfile(member, cluster, 1_000, 5, 10_000, 2_000, quorum, plocks);
  }

  @Test
  void equalsMayJoin() {
    assertThat(THERE.refusal(profile(2, "demo", "pcmk", "disk", "internal"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1,demo,pcmk,disk,internal,node number 1 is in use by 'n1' at 127.0.0.1",
    "2,test,pcmk,disk,internal,cluster name test does not match demo of node 1",
    "2,demo,o2cb,disk,internal,cluster stack o2cb does not match pcmk of node 1",
    "2,demo,pcmk,3 votes,internal,quorum 3 votes does not match disk of node 1",
    "2,demo,pcmk,disk,external,plock external does not match internal of node 1"
  })
  void othersAreToldWhy(
      int node, String cluster, String stack, String quorum, String plocks, String reason) {
    assertThat(THERE.refusal(profile(node, cluster, stack, quorum, plocks))).contains(reason);
  }

  @Test
  void attributesSayIt() {
    assertThat(Attributes.read(Attributes.of(THERE))).contains(THERE);
  }
}
