package org.lockstepfs.locks.o2dlm;

import java.util.PrimitiveIterator;
import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.CancelJoin;
import org.lockstepfs.locks.o2dlm.message.ExitDomain;
import org.lockstepfs.locks.o2dlm.message.JoinReply;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;
import org.lockstepfs.locks.o2dlm.message.QueryNodeinfo;
import org.lockstepfs.locks.o2dlm.message.QueryRegion;

/**
 * Entering the domain: ask every heartbeating node; if all agree, compare configuration with the
 * members and tell them. Whoever says "not now" makes the joiner take everything back and try
 * again.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmdomain.c, dlm_join_domain, dlm_try_to_join_domain.
 */
final class DomainJoin {
  private static final int EAGAIN = -11;
  private static final int TIMEOUT_MS = 90_000;
  private static final int BACKOFF_MS = 200;

  private final Domain domain;
  private final NodeMap agreed = new NodeMap();
  private final NodeMap told = new NodeMap();
  private final NodeMap liveAtStart = new NodeMap();
  private long startedMs;
  private int attempts;
  private String lastObstacle = "";

  DomainJoin(Domain domain) {
    this.domain = domain;
  }

  void start() {
    startedMs = domain.timers.nowMs();
    attempts = 0;
    attempt();
  }

  private void attempt() {
    attempts++;
    domain.joiningNode = domain.self;
    domain.dlmMinor = Domain.DLM_MINOR;
    domain.fsMinor = domain.config.fsMinor();
    agreed.clear();
    told.clear();
    domain.joinDisturbed = false;
    liveAtStart.set(domain.live);
    PrimitiveIterator.OfInt nodes =
        liveAtStart.stream().filter(node -> node != domain.self).iterator();
    queryNext(nodes);
  }

  private void queryNext(PrimitiveIterator.OfInt nodes) {
    if (domain.joinDisturbed || !liveAtStart.equals(domain.live)) {
      tryAgain("the set of heartbeating nodes changed");
    } else if (!nodes.hasNext()) {
      enter();
    } else {
      query(nodes.nextInt(), nodes);
    }
  }

  private void query(int node, PrimitiveIterator.OfInt nodes) {
    O2DlmConfig config = domain.config;
    QueryJoin query =
        new QueryJoin(
            domain.self,
            Domain.DLM_MAJOR,
            domain.dlmMinor,
            config.fsMajor(),
            domain.fsMinor,
            config.domain(),
            liveAtStart.copy());
    domain.send(
        node,
        query,
        status -> answered(node, JoinReply.ofStatus(status), nodes),
        error -> {
          if (error == SendError.NO_HANDLER) {
            queryNext(nodes);
          } else {
            tryAgain("no connection to node " + node);
          }
        });
  }

  private void answered(int node, JoinReply reply, PrimitiveIterator.OfInt nodes) {
    switch (reply.code()) {
      case OK -> {
        agreed.add(node);
        domain.dlmMinor = reply.dlmMinor();
        domain.fsMinor = reply.fsMinor();
        queryNext(nodes);
      }
      case OK_NO_MAP -> queryNext(nodes);
      case DISALLOW -> tryAgain("node " + node + " does not allow joins at the moment");
      case PROTOCOL_MISMATCH ->
          refuse("node " + node + " speaks other protocol versions than this node");
    }
  }

  /** All agree: compare node tables, then regions, then tell the members. */
  private void enter() {
    domain.members.set(agreed);
    domain.members.add(domain.self);
    if (domain.dlmMinor == 0) {
      tellMembers();
      return;
    }
    O2DlmConfig config = domain.config;
    Message nodeTable = new QueryNodeinfo(domain.self, config.domain(), config.nodes());
    Message regions = new QueryRegion(domain.self, config.domain(), config.regions());
    compare(nodeTable, "nodes", () -> compare(regions, "heartbeat regions", this::tellMembers));
  }

  private void compare(Message message, String what, Runnable next) {
    inTurn(
        agreed.stream().iterator(),
        (node, proceed) ->
            domain.send(
                node,
                message,
                status -> {
                  if (status == 0) {
                    proceed.run();
                  } else if (status == EAGAIN) {
                    tryAgain("node " + node + " does not allow joins at the moment");
                  } else {
                    refuse(
                        "node " + node + " is configured with other " + what + " than this node");
                  }
                },
                error -> tryAgain("no connection to node " + node)),
        next);
  }

  private void tellMembers() {
    inTurn(agreed.copy().stream().iterator(), this::tell, this::joined);
  }

  /**
   * It matters that every living member hears this, so it is repeated until it does. Who refuses
   * has met a death since it agreed: then recovery does not count on this node, so the join begins
   * again. (The kernel repeats this message until the recovery is over.)
   */
  private void tell(int node, Runnable proceed) {
    told.add(node);
    domain.send(
        node,
        new AssertJoined(domain.self, domain.config.domain()),
        status -> {
          if (status == 0) {
            proceed.run();
          } else {
            tryAgain("node " + node + " recovers from a death");
          }
        },
        error -> domain.timers.after(BACKOFF_MS, () -> tellAgain(node, proceed)));
  }

  private void tellAgain(int node, Runnable proceed) {
    if (domain.joinDisturbed) {
      proceed.run();
    } else {
      tell(node, proceed);
    }
  }

  private interface Turn {
    void take(int node, Runnable proceed);
  }

  private void inTurn(PrimitiveIterator.OfInt nodes, Turn turn, Runnable end) {
    if (domain.joinDisturbed) {
      tryAgain("a node died");
    } else if (nodes.hasNext()) {
      turn.take(nodes.nextInt(), () -> inTurn(nodes, turn, end));
    } else {
      end.run();
    }
  }

  private void joined() {
    domain.state = DomainState.JOINED;
    domain.joiningNode = Domain.NOBODY;
    domain.emit(new Effect.Joined(domain.members.copy(), domain.dlmMinor, domain.fsMinor));
  }

  /** Those who may take this node for a member already are told that it leaves. */
  private void takeBack() {
    domain.joiningNode = Domain.NOBODY;
    domain.members.clear();
    domain.exiting.clear();
    domain.mles.clear();
    agreed.forEach(
        node -> {
          if (told.contains(node)) {
            domain.send(node, new ExitDomain(domain.self), status -> {}, error -> {});
          }
          Message cancel = new CancelJoin(domain.self, domain.config.domain());
          domain.send(node, cancel, status -> {}, error -> {});
        });
    agreed.clear();
    told.clear();
  }

  private void tryAgain(String obstacle) {
    takeBack();
    lastObstacle = obstacle;
    long spentMs = domain.timers.nowMs() - startedMs;
    if (spentMs > TIMEOUT_MS) {
      domain.emit(new Effect.JoinRefused("gave up after " + spentMs + " ms: " + lastObstacle));
      return;
    }
    // Two nodes that turn each other away must not come back in step: the pause depends on both
    // the node and the attempt.
    int mixed = (domain.self * 31 + attempts) * 0x9E3779B9;
    domain.timers.after((long) BACKOFF_MS * (mixed >>> 30) + attempts % 7, this::attempt);
  }

  private void refuse(String reason) {
    takeBack();
    domain.emit(new Effect.JoinRefused(reason));
  }
}
