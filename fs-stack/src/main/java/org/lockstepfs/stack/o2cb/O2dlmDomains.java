package org.lockstepfs.stack.o2cb;

import java.nio.ByteBuffer;
import java.util.List;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.locks.o2dlm.message.NodeInfo;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.node.LockDomain;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2net.O2Net;

/** Lock domains of the kernel's o2dlm. */
final class O2dlmDomains implements LockDomains {
  private final JoinDispatcher dispatcher = new JoinDispatcher();

  @Override
  public void start(O2Net net) {
    dispatcher.register(net);
  }

  @Override
  public LockDomain make(Setup setup) {
    return new DlmDomain(config(setup), dispatcher, setup);
  }

  private static O2DlmConfig config(Setup setup) {
    List<NodeInfo> nodes =
        setup.config().nodes().stream()
            .map(n -> new NodeInfo(n.number(), n.port(), ipv4(n)))
            .toList();
    ProtocolVersion max = setup.protocol().maxVersion();
    return new O2DlmConfig(
        setup.self().number(),
        setup.uuid(),
        setup.incarnation(),
        max.major(),
        max.minor(),
        List.of(),
        nodes);
  }

  private static int ipv4(ClusterNode node) {
    return ByteBuffer.wrap(node.address().getAddress()).getInt();
  }
}
