package org.lockstepfs.stack.member;

import java.util.Optional;

/**
 * What a node says of itself when it joins.
 *
 * @param member who it is
 * @param clusterName name of its cluster
 * @param heartbeatIntervalMs time between heartbeats
 * @param deadThreshold missed heartbeats after which a node is dead
 * @param idleTimeoutMs o2net's idle time-out
 * @param keepaliveDelayMs o2net's keepalive delay
 * @param quorum how nodes know who lives: {@code disk}, or how many votes there are
 * @param plocks who keeps byte-range locks: {@code internal}, or {@code external} for a program
 */
public record MemberProfile(
    Member member,
    String clusterName,
    int heartbeatIntervalMs,
    int deadThreshold,
    int idleTimeoutMs,
    int keepaliveDelayMs,
    String quorum,
    String plocks) {

  /**
   * Checks a joiner against a member that was there before it.
   *
   * @return why the joiner must stay out, in one line, or empty
   */
  public Optional<String> refusal(MemberProfile joiner) {
    if (joiner.member.node() == member.node()) {
      return Optional.of(
          "node number "
              + member.node()
              + " is in use by '"
              + member.name()
              + "' at "
              + member.address());
    }
    return differs("cluster name", clusterName, joiner.clusterName)
        .or(() -> differs("cluster stack", member.stackLabel(), joiner.member.stackLabel()))
        .or(() -> differs("heartbeat interval", heartbeatIntervalMs, joiner.heartbeatIntervalMs))
        .or(() -> differs("heartbeat dead threshold", deadThreshold, joiner.deadThreshold))
        .or(() -> differs("network idle time-out", idleTimeoutMs, joiner.idleTimeoutMs))
        .or(() -> differs("network keepalive delay", keepaliveDelayMs, joiner.keepaliveDelayMs))
        .or(() -> differs("quorum", quorum, joiner.quorum))
        .or(() -> differs("plock", plocks, joiner.plocks));
  }

  private Optional<String> differs(String what, Object theirs, Object ours) {
    return theirs.equals(ours)
        ? Optional.empty()
        : Optional.of(
            what + " " + ours + " does not match " + theirs + " of node " + member.node());
  }
}
