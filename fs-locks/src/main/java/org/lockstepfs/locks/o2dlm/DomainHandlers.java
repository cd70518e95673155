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

  private static final int EAGAIN = -11;

  private final Domain domain;

  DomainHandlers(Domain domain) {
    this.domain = domain;
  }

  /** Handles QUERY_JOIN. One join at a time, none in a recovery; a joiner knows every member. */
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
    boolean busy = domain.joiningNode != Domain.NOBODY || !domain.dead.isEmpty();
    if (busy || domain.members.contains(from)) {
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
    domain.joinSpoiled = false;
    return new JoinReply(Code.OK, domain.dlmMinor, domain.fsMinor);
  }

  /** Handles QUERY_NODEINFO: 0 if the joiner's node table is ours. */
  int onQueryNodeinfo(int from, QueryNodeinfo query) {
    return compared(
        from, new HashSet<>(query.nodes()).equals(new HashSet<>(domain.config.nodes())));
  }

  /** Handles QUERY_REGION: 0 if the joiner's heartbeat regions are ours. */
  int onQueryRegion(int from, QueryRegion query) {
    return compared(
        from, new HashSet<>(query.regions()).equals(new HashSet<>(domain.config.regions())));
  }

  private int compared(int from, boolean equal) {
    if (domain.joiningNode != from) {
      return EAGAIN;
    }
    return domain.dlmMinor > 0 && equal ? 0 : EINVAL;
  }

  /**
   * Handles ASSERT_JOINED. After a death the joiner is turned away once and begins again; a kernel
   * node only repeats this message, and is let in after the recovery.
   */
  int onAssertJoined(int from, AssertJoined message) {
    if (domain.members.contains(from)) {
      return 0;
    }
    if (message.node() != from || domain.joiningNode != from) {
      return EINVAL;
    }
    if (domain.joinSpoiled || !domain.dead.isEmpty()) {
      domain.joinSpoiled = false;
      return EAGAIN;
    }
    domain.joiningNode = Domain.NOBODY;
    domain.members.add(from);
    domain.exiting.remove(from);
    domain.membersChanged();
    domain.mastery.memberChanged(from, true);
    domain.recovery.memberJoined();
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
      domain.deaths.onLeft(from);
      domain.mastery.memberChanged(from, false);
      domain.recovery.memberLeft(from);
    }
    return 0;
  }
}
