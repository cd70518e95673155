package org.lockstepfs.stack.member;

import java.util.Map;
import java.util.Optional;

/** A {@link MemberProfile} as Hazelcast's member attributes, which are strings. */
final class Attributes {
  private static final String NODE = "lockstep.node";
  private static final String NAME = "lockstep.name";
  private static final String ADDRESS = "lockstep.address";
  private static final String STACK = "lockstep.stack";
  private static final String INCARNATION = "lockstep.incarnation";
  private static final String CLUSTER = "lockstep.cluster";
  private static final String INTERVAL = "lockstep.heartbeat.interval.ms";
  private static final String THRESHOLD = "lockstep.heartbeat.dead.threshold";
  private static final String IDLE = "lockstep.net.idle.ms";
  private static final String KEEPALIVE = "lockstep.net.keepalive.ms";
  private static final String QUORUM = "lockstep.quorum";
  private static final String PLOCKS = "lockstep.plock";

  private Attributes() {}

  static Map<String, String> of(MemberProfile profile) {
    Member member = profile.member();
    return Map.ofEntries(
        Map.entry(NODE, Integer.toString(member.node())),
        Map.entry(NAME, member.name()),
        Map.entry(ADDRESS, member.address()),
        Map.entry(STACK, member.stackLabel()),
        Map.entry(INCARNATION, Long.toString(member.incarnation())),
        Map.entry(CLUSTER, profile.clusterName()),
        Map.entry(INTERVAL, Integer.toString(profile.heartbeatIntervalMs())),
        Map.entry(THRESHOLD, Integer.toString(profile.deadThreshold())),
        Map.entry(IDLE, Integer.toString(profile.idleTimeoutMs())),
        Map.entry(KEEPALIVE, Integer.toString(profile.keepaliveDelayMs())),
        Map.entry(QUORUM, profile.quorum()),
        Map.entry(PLOCKS, profile.plocks()));
  }

  /** Reads a profile; empty if a member that is no Lockstep node got into the cluster. */
  static Optional<MemberProfile> read(Map<String, String> attributes) {
    if (!attributes.keySet().containsAll(of(EMPTY).keySet())) {
      return Optional.empty();
    }
    try {
      Member member =
          new Member(
              Integer.parseInt(attributes.get(NODE)),
              attributes.get(NAME),
              attributes.get(ADDRESS),
              attributes.get(STACK),
              Long.parseLong(attributes.get(INCARNATION)));
      return Optional.of(
          new MemberProfile(
              member,
              attributes.get(CLUSTER),
              Integer.parseInt(attributes.get(INTERVAL)),
              Integer.parseInt(attributes.get(THRESHOLD)),
              Integer.parseInt(attributes.get(IDLE)),
              Integer.parseInt(attributes.get(KEEPALIVE)),
              attributes.get(QUORUM),
              attributes.get(PLOCKS)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static final MemberProfile EMPTY =
      new MemberProfile(new Member(0, "", "", "", 0), "", 0, 0, 0, 0, "", "");
}
