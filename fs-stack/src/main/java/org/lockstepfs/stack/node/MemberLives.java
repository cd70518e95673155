package org.lockstepfs.stack.node;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.member.Membership;
import org.lockstepfs.stack.o2hb.LiveNodes;

/**
 * Which life of a node is meant where no volume's heartbeat generation tells: its incarnation as a
 * member, the same for all nodes that see it. A member that the source loses sight of keeps its
 * life as long as its heart beats. Thread-safe.
 */
final class MemberLives implements IntFunction<OptionalLong> {
  /** Life of a node of which the source only says that it is configured. */
  private static final long ONLY_LIFE = 1;

  private final Membership membership;
  private final LiveNodes liveNodes;
  private final Map<Integer, Long> seen = new ConcurrentHashMap<>();

  MemberLives(Membership membership, LiveNodes liveNodes) {
    this.membership = membership;
    this.liveNodes = liveNodes;
  }

  @Override
  public OptionalLong apply(int node) {
    if (!liveNodes.isLive(node)) {
      seen.remove(node);
      return OptionalLong.empty();
    }
    for (Member member : membership.members()) {
      if (member.node() == node) {
        seen.put(node, member.incarnation() == 0 ? ONLY_LIFE : member.incarnation());
      }
    }
    Long life = seen.get(node);
    return life == null ? OptionalLong.empty() : OptionalLong.of(life);
  }
}
