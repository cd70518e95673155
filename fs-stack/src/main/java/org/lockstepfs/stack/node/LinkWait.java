package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.BitSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.O2Net;

/**
 * Waits until there is a link to every node that heartbeats: a lock domain can be joined only then.
 *
 * <p>Source: Linux fs/ocfs2/stack_o2cb.c, o2cb_cluster_check.
 */
final class LinkWait implements LinkListener {
  private static final int RECHECK_MS = 100;

  private final O2Net net;
  private final LiveNodes liveNodes;
  private final int self;
  private final LongSupplier nanoClock;
  private final Semaphore changes = new Semaphore(0);

  LinkWait(O2Net net, LiveNodes liveNodes, int self, LongSupplier nanoClock) {
    this.net = net;
    this.liveNodes = liveNodes;
    this.self = self;
    this.nanoClock = nanoClock;
  }

  /**
   * Waits.
   *
   * @throws IOException naming the nodes to which there is no link after the time
   */
  void await(int timeoutMs) throws IOException {
    net.addLinkListener(this);
    try {
      long deadline = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      for (BitSet missing = missing(); !missing.isEmpty(); missing = missing()) {
        if (nanoClock.getAsLong() - deadline > 0) {
          throw new IOException(
              "node "
                  + self
                  + " could not connect to nodes "
                  + missing
                  + ", which are heartbeating; check network and configuration");
        }
        changes.tryAcquire(RECHECK_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting to other nodes", e);
    } finally {
      net.removeLinkListener(this);
    }
  }

  private BitSet missing() {
    BitSet missing = liveNodes.snapshot();
    missing.andNot(net.connectedNodes());
    missing.clear(self);
    return missing;
  }

  @Override
  public void linkUp(int node) {
    changes.release();
  }

  @Override
  public void linkError(int node, String reason) {}
}
