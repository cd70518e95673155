package org.lockstepfs.fuse.node;

import java.util.function.IntConsumer;
import org.lockstepfs.stack.fence.Fence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fencing of a node that is this process: its mounts break, the process ends. */
public final class NodeFence implements Fence {
  private static final Logger LOG = LoggerFactory.getLogger(NodeFence.class);

  /**
   * Exit code of a daemon that fenced itself: a passing failure (EX_TEMPFAIL of sysexits.h), after
   * which it is right to start it again.
   */
  public static final int EXIT_CODE = 75;

  private final String node;
  private final IntConsumer exit;
  private volatile Mounts mounts;

  /**
   * Makes the fence of a node.
   *
   * @param exit ends the process with a code, at once and without clean-up
   */
  public NodeFence(String node, IntConsumer exit) {
    this.node = node;
    this.exit = exit;
  }

  void watch(Mounts ours) {
    mounts = ours;
  }

  @Override
  public void cutOff(String reason) {
    LOG.error("node {} fences itself: {}", node, reason);
    Mounts ours = mounts;
    if (ours != null) {
      ours.abort();
    }
  }

  @Override
  public void halt() {
    exit.accept(EXIT_CODE);
  }
}
