package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.PeerFence;
import org.lockstepfs.stack.member.Membership;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.O2Net;
import org.lockstepfs.stack.votes.VotesRunner;

/**
 * What lives between a node's first connection and its {@link StackNode#close}; {@link NodeStart}
 * makes it.
 *
 * @param joined this node is a member
 * @param timer everybody's thread for what is short
 */
record Running(
    ClusterConfig config,
    ClusterNode self,
    O2Net net,
    LiveNodes liveNodes,
    HeartbeatPins pins,
    PeerFence peerFence,
    LockDomains domains,
    Membership membership,
    CompletableFuture<Void> joined,
    Optional<VotesRunner> votes,
    ScheduledExecutorService timer) {

  /**
   * Waits until this node is a member.
   *
   * @throws IOException with the reason if it was refused
   */
  void awaitMembership() throws IOException {
    try {
      joined.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while joining the cluster", e);
    }
  }

  /**
   * Ends all of it.
   *
   * @param patienceMs how long a join that is under way may take to come about or fail
   */
  void close(long patienceMs) {
    try {
      joined.get(patienceMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It never joined; there is nothing to leave.
    }
    membership.close();
    votes.ifPresent(VotesRunner::close);
    net.close();
    timer.shutdownNow();
    peerFence.close();
  }
}
