package org.lockstepfs.stack.member;

import java.util.List;
import org.lockstepfs.stack.config.ClusterConfig;

/** The nodes of cluster.conf, as if all were always there: gives no hints and checks nothing. */
public final class StaticMembership implements Membership {
  private final List<Member> members;

  /** Makes the source. */
  public StaticMembership(ClusterConfig config, String stackLabel) {
    members =
        config.nodes().stream()
            .map(n -> new Member(n.number(), n.name(), n.address().getHostAddress(), stackLabel, 0))
            .toList();
  }

  @Override
  public void start() {}

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public void addListener(MembershipListener listener) {}

  @Override
  public void close() {}
}
