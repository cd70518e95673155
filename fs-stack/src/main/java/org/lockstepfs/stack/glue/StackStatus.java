package org.lockstepfs.stack.glue;

import java.util.List;

/**
 * A look at the cluster stack, for people and metrics.
 *
 * @param stackLabel the label in force
 * @param plugin the loaded plug-in; empty if none is
 * @param clusterName empty until the first connection
 * @param thisNode node number, or -1
 * @param nodes the configured nodes
 * @param volumes the connections
 */
public record StackStatus(
    String stackLabel,
    String plugin,
    String clusterName,
    int thisNode,
    List<Node> nodes,
    List<Volume> volumes) {

  /**
   * One configured node.
   *
   * @param member whether the membership source knows it as a member now
   * @param heartbeating whether its disk heartbeat is seen
   * @param linked whether messages pass; false for this node
   */
  public record Node(
      int number,
      String name,
      String address,
      boolean member,
      boolean heartbeating,
      boolean linked) {}

  /**
   * A volume that this node is connected to or beats for.
   *
   * @param heartbeatAgeMs time since this node's last heartbeat write on it began
   * @param members nodes in its lock domain
   * @param locks locks that this node holds or waits for in it
   * @param region where its heartbeats are
   * @param references what of this stack keeps the heartbeat going: the connection, and lock
   *     domains without a volume
   */
  public record Volume(
      String uuid,
      long heartbeatAgeMs,
      List<Integer> members,
      int locks,
      StackGlue.HeartbeatRegion region,
      int references) {}
}
