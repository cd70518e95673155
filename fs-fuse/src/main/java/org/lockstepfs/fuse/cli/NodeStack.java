package org.lockstepfs.fuse.cli;

import java.io.IOException;
import org.lockstepfs.fuse.control.Messages.StackAnswer;
import org.lockstepfs.fuse.dlmfs.DomainsDir;
import org.lockstepfs.fuse.node.NodeDaemon;
import org.lockstepfs.stack.glue.Stacks;

/** The stack glue of a node as its daemon controls it. */
final class NodeStack implements NodeDaemon.StackControl {
  private final Stacks stacks;
  private final DomainsDir domains;

  NodeStack(Stacks stacks, DomainsDir domains) {
    this.stacks = stacks;
    this.domains = domains;
  }

  @Override
  public StackAnswer stack() {
    return new StackAnswer(stacks.clusterStack(), stacks.activePlugin(), stacks.plugins());
  }

  @Override
  public void choose(String label) throws IOException {
    stacks.clusterStack(label);
  }

  @Override
  public void leaveDomains(boolean force) throws IOException {
    domains.leaveAll(force);
  }
}
