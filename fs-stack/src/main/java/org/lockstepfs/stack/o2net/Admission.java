package org.lockstepfs.stack.o2net;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;

/**
 * Says which configured node an accepted connection comes from.
 *
 * <p>Where one node has the source address, it is that node, as for the kernel; if the node's
 * handshake names a Lockstep node, it must name the same. Where several nodes share the address,
 * the handshake decides, and one that names nobody is refused: kernel nodes never share an address.
 */
final class Admission {
  private final ClusterConfig config;

  Admission(ClusterConfig config) {
    this.config = config;
  }

  private List<ClusterNode> at(InetAddress source) {
    return config.nodes().stream().filter(n -> n.address().equals(source)).toList();
  }

  /** Returns whether any node has this address. */
  boolean known(InetAddress source) {
    return !at(source).isEmpty();
  }

  /** Returns the node if the address alone tells. */
  Optional<ClusterNode> bySource(InetAddress source) {
    List<ClusterNode> nodes = at(source);
    return nodes.size() == 1 ? Optional.of(nodes.get(0)) : Optional.empty();
  }

  /** Returns the node that a handshake from an address shared by several nodes names. */
  Optional<ClusterNode> byHandshake(InetAddress source, Handshake theirs) {
    OptionalInt sender = theirs.sender();
    return at(source).stream()
        .filter(n -> sender.isPresent() && n.number() == sender.getAsInt())
        .findFirst();
  }
}
