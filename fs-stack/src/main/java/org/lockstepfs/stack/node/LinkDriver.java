package org.lockstepfs.stack.node;

import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2net.O2Net;

/** Makes and breaks links as nodes come and go. */
record LinkDriver(O2Net net) implements HeartbeatListener {
  @Override
  public void nodeUp(int node, long generation) {
    net.nodeUp(node);
  }

  @Override
  public void nodeDown(int node) {
    net.nodeDown(node);
  }
}
