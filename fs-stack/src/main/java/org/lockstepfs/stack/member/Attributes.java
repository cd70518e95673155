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

  private Attributes() {}

  static Map<String, String> of(MemberProfile profile) {
    Member member = profile.member();
    return Map.of(
        NODE, Integer.toString(member.node()),
        NAME, member.name(),
        ADDRESS, member.address(),
        STACK, member.stackLabel(),
        INCARNATION, Long.toString(member.incarnation()),
        CLUSTER, profile.clusterName(),
        INTERVAL, Integer.toString(profile.heartbeatIntervalMs()),
        THRESHOLD, Integer.toString(profile.deadThreshold()),
        IDLE, Integer.toString(profile.idleTimeoutMs()),
        KEEPALIVE, Integer.toString(profile.keepaliveDelayMs()));
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
              Integer.parseInt(attributes.get(KEEPALIVE))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static final MemberProfile EMPTY =
      new MemberProfile(new Member(0, "", "", "", 0), "", 0, 0, 0, 0);
}
