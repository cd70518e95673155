package org.lockstepfs.stack.glue;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.lockstepfs.stack.fence.SelfFence;

/**
 * What a plug-in gets from the node that loads it.
 *
 * @param nodeName this node's name, as the cluster's configuration has it
 * @param configFile the cluster's configuration; read when the first volume connects
 * @param timing name of the timing profile: {@code fast} or {@code ocfs2}
 * @param membership where members are known from
 * @param metrics where meters go
 * @param fence stops this node; guards the devices of its volumes
 * @param plocks who keeps byte-range locks in place of a user stack, if anybody does
 */
public record StackEnvironment(
    String nodeName,
    Path configFile,
    String timing,
    MembershipSource membership,
    MeterRegistry metrics,
    SelfFence fence,
    Optional<PlockDaemon> plocks) {

  /** An environment in which the stack keeps byte-range locks itself. */
  public StackEnvironment(
      String nodeName,
      Path configFile,
      String timing,
      MembershipSource membership,
      MeterRegistry metrics,
      SelfFence fence) {
    this(nodeName, configFile, timing, membership, metrics, fence, Optional.empty());
  }

  /** Where members are known from. */
  public enum MembershipSource {
    /** From each other. */
    HAZELCAST,
    /** From the configuration alone: for clusters with kernel nodes. */
    STATIC
  }
}
