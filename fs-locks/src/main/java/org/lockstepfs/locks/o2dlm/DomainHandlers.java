package org.lockstepfs.locks.o2dlm;

import java.util.HashSet;
import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.BeginExitDomain;
import org.lockstepfs.locks.o2dlm.message.CancelJoin;
import org.lockstepfs.locks.o2dlm.message.ExitDomain;
import org.lockstepfs.locks.o2dlm.message.JoinReply;
import org.lockstepfs.locks.o2dlm.message.JoinReply.Code;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;
import org.lockstepfs.locks.o2dlm.message.QueryNodeinfo;
import org.lockstepfs.locks.o2dlm.message.QueryRegion;

/**
 * What other nodes say when they enter and leave the domain.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmdomain.c, the handlers.
 */
final class DomainHandlers {
  private static final int EINVAL = -22;

  private final Domain domain;
  private final NodeDeath death;

  DomainHandlers(Domain domain, NodeDeath death) {
    this.domain = domain;
    this.death = death;
  }

  /** Handles QUERY_JOIN. One join at a time; a joiner must know of every member. */
  JoinReply onQueryJoin(int from, QueryJoin query) {
    if (!domain.live.contains(from)) {
      return JoinReply.of(Code.DISALLOW);
    }
    if (domain.members.stream().anyMatch(node -> !query.nodeMap().contains(node))) {
      return JoinReply.of(Code.DISALLOW);
    }
    boolean outside = domain.state == DomainState.NEW && domain.joiningNode == Domain.NOBODY;
    if (outside || domain.state == DomainState.LEAVING || domain.state == DomainState.LEFT) {
      return JoinReply.of(Code.OK_NO_MAP);
    }
    if (domain.joiningNode != Domain.NOBODY || domain.members.contains(from)) {
      return JoinReply.of(Code.DISALLOW);
    }
    boolean compatible =
        query.dlmMajor() == Domain.DLM_MAJOR
            && query.dlmMinor() >= domain.dlmMinor
            && query.fsMajor() == domain.config.fsMajor()
            && query.fsMinor() >= domain.fsMinor;
    if (!compatible) {
      return JoinReply.of(Code.PROTOCOL_MISMATCH);
    }
    domain.joiningNode = from;
    return new JoinReply(Code.OK, domain.dlmMinor, domain.fsMinor);
  }

  /** Handles QUERY_NODEINFO: 0 if the joiner's node table is ours. */
  int onQueryNodeinfo(int from, QueryNodeinfo query) {
    boolean equal = new HashSet<>(query.nodes()).equals(new HashSet<>(domain.config.nodes()));
    return domain.joiningNode == from && domain.dlmMinor > 0 && equal ? 0 : EINVAL;
  }

  /** Handles QUERY_REGION: 0 if the joiner's heartbeat regions are ours. */
  int onQueryRegion(int from, QueryRegion query) {
    boolean equal = new HashSet<>(query.regions()).equals(new HashSet<>(domain.config.regions()));
    return domain.joiningNode == from && domain.dlmMinor > 0 && equal ? 0 : EINVAL;
  }

  /** Handles ASSERT_JOINED. */
  int onAssertJoined(int from, AssertJoined message) {
    if (message.node() != from || domain.joiningNode != from) {
      return EINVAL;
    }
    domain.joiningNode = Domain.NOBODY;
    domain.members.add(from);
    domain.exiting.remove(from);
    domain.membersChanged();
    domain.mastery.memberChanged(from, true);
    return 0;
  }

  /** Handles CANCEL_JOIN. */
  int onCancelJoin(int from, CancelJoin message) {
    if (message.node() == from && domain.joiningNode == from) {
      domain.joiningNode = Domain.NOBODY;
    }
    return 0;
  }

  /** Handles BEGIN_EXIT_DOMAIN. */
  int onBeginExit(int from, BeginExitDomain message) {
    if (message.node() == from) {
      domain.exiting.add(from);
    }
    return 0;
  }

  /** Handles EXIT_DOMAIN: the node has moved away or given up everything before. */
  int onExit(int from, ExitDomain message) {
    if (message.node() == from && domain.members.contains(from)) {
      domain.members.remove(from);
      domain.exiting.remove(from);
      domain.membersChanged();
      death.forgetHolder(from);
      domain.mastery.memberChanged(from, false);
      death.inheritIfAlone();
    }
    return 0;
  }
}
