package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.Set;

/** Nodes died whose journals must be replayed before anything else can be read. */
final class NodeDiedException extends IOException {
  private static final long serialVersionUID = 1L;

  NodeDiedException(Set<Integer> nodes) {
    super("nodes " + nodes + " died before the last recovery was complete");
  }
}
