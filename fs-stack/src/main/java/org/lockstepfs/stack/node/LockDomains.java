package org.lockstepfs.stack.node;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.O2Net;

/** Makes the lock domains of a node's volumes: the choice of the lock manager. */
public interface LockDomains {

  /**
   * What a domain is given.
   *
   * @param uuid the volume's, 32 upper-case hexadecimal digits; the domain's name
   * @param incarnation generation of this node's heartbeat on the volume
   * @param generations heartbeat generation of a node that is live on the volume
   * @param fence stops this node
   * @param meters counters of the domain
   * @param membersListener told in the domain's mailbox of the members after each change
   * @param recovery told of each member that died, before its locks are granted
   */
  record Setup(
      String uuid,
      long incarnation,
      ClusterConfig config,
      ClusterNode self,
      O2Net net,
      LiveNodes liveNodes,
      IntFunction<OptionalLong> generations,
      ScheduledExecutorService executor,
      LongSupplier nanoClock,
      SelfFence fence,
      LockingProtocol protocol,
      DlmMeters meters,
      Consumer<List<Integer>> membersListener,
      RecoveryHandler recovery) {}

  /** The node's transport has started: answers for volumes that this node has not. */
  void start(O2Net net);

  /** Makes a domain that is not joined. */
  LockDomain make(Setup setup);
}
