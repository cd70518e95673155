package org.lockstepfs.fuse.node;

import java.io.IOException;
import org.lockstepfs.fuse.control.Messages.StackAnswer;
import org.lockstepfs.stack.glue.Stacks;

/** The stack glue of a node as its daemon controls it. */
public final class NodeStack implements NodeDaemon.StackControl {
  private final Stacks stacks;

  /** Makes the control of a node's stack glue. */
  public NodeStack(Stacks stacks) {
    this.stacks = stacks;
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
  public void leaveDomains(boolean force) throws IOException {}
}
