package org.lockstepfs.stack.plock;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.lockstepfs.locks.plock.PlockCodec;
import org.lockstepfs.locks.plock.PlockConfig;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.o2net.ConfirmedLink;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.O2Net;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects one volume's plock engine with those of the other nodes in its lock domain.
 *
 * <p>The members are the domain's Lockstep nodes; kernel nodes have no cluster-wide fcntl, so
 * theirs stays local, which is said once in the log. A member's incarnation is the generation of
 * its heartbeat on this volume.
 */
public final class PlockTransport {
  private static final Logger LOG = LoggerFactory.getLogger(PlockTransport.class);

  /** o2net message type of plock envelopes; the kernel has none of this number. */
  public static final int MESSAGE_TYPE = 600;

  private static final int TAKEN = 0;
  private static final int EAGAIN_STATUS = -11;
  private static final int EINVAL_STATUS = -22;
  private static final int RECHECK_MS = 50;

  /** Messages to one life of one node. */
  private record Link(PlockMember member, ConfirmedLink messages) {}

  private final O2Net net;
  private final int key;
  private final PlockMember self;
  private final IntFunction<OptionalLong> incarnations;
  private final ScheduledExecutorService executor;
  private final PlockActor actor;
  private final Map<Integer, Link> links = new HashMap<>();
  private List<Integer> wanted = List.of();
  private boolean kernelNodesNoted;
  private boolean closed;

  /**
   * Makes the engine and its transport; requests wait for the first {@link #members}.
   *
   * @param key o2net key of the volume's lock domain
   * @param incarnations heartbeat generation of a node that is live on this volume
   */
  public PlockTransport(
      O2Net net,
      int key,
      PlockMember self,
      IntFunction<OptionalLong> incarnations,
      ScheduledExecutorService executor) {
    this.net = net;
    this.key = key;
    this.self = self;
    this.incarnations = incarnations;
    this.executor = executor;
    this.actor = new PlockActor(PlockConfig.defaults(self, key), this::send, executor);
  }

  /** Takes messages from now on. */
  public void open() {
    net.register(MESSAGE_TYPE, key, PlockCodec.MAX_BYTES, this::receive);
  }

  /** Ends all requests with EIO and takes no more messages. */
  public void close() {
    actor.post(() -> closed = true);
    actor.shutdown();
    net.unregister(MESSAGE_TYPE, key);
    actor.post(
        () -> {
          links.values().forEach(link -> link.messages.close());
          links.clear();
        });
  }

  /** Returns the locks. */
  public PosixLocks locks() {
    return actor;
  }

  /** The nodes of the lock domain, this one included, are these now. */
  public void members(List<Integer> nodes) {
    actor.post(
        () -> {
          wanted = List.copyOf(nodes);
          enterView();
        });
  }

  /** A node can be in the domain moments before we have seen its heartbeat on this volume. */
  private void enterView() {
    if (closed) {
      return;
    }
    List<PlockMember> members = new ArrayList<>();
    for (int node : wanted) {
      if (node == self.node()) {
        members.add(self);
      } else if (net.isLockstep(node)) {
        OptionalLong incarnation = incarnations.apply(node);
        if (incarnation.isEmpty()) {
          later(this::enterView);
          return;
        }
        members.add(new PlockMember(node, incarnation.getAsLong()));
      } else if (!kernelNodesNoted) {
        kernelNodesNoted = true;
        LOG.warn("node {} is no Lockstep node: fcntl locks are not shared with it", node);
      }
    }
    links
        .entrySet()
        .removeIf(
            e -> {
              boolean gone = !members.contains(e.getValue().member);
              if (gone) {
                e.getValue().messages.close();
              }
              return gone;
            });
    actor.view(new PlockView(members));
  }

  private void later(Runnable event) {
    try {
      executor.schedule(() -> actor.post(event), RECHECK_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the node is stopping");
    }
  }

  private void send(int node, PlockEnvelope envelope) {
    ByteBuffer bytes = ByteBuffer.allocate(PlockCodec.MAX_BYTES);
    PlockCodec.encode(envelope, bytes);
    byte[] payload = new byte[bytes.flip().remaining()];
    bytes.get(payload);
    if (!link(new PlockMember(node, envelope.toIncarnation())).send(payload)) {
      LOG.error("node {} confirms no plock messages; one is dropped", node);
    }
  }

  private ConfirmedLink link(PlockMember member) {
    Link link = links.get(member.node());
    if (link == null || !link.member.equals(member)) {
      if (link != null) {
        link.messages.close();
      }
      link = new Link(member, newLink(member.node()));
      links.put(member.node(), link);
    }
    return link.messages;
  }

  private ConfirmedLink newLink(int node) {
    return new ConfirmedLink(
        net, node, MESSAGE_TYPE, key, actor::post, failed -> later(failed::retry));
  }

  private void receive(MessageHandler.Request request) {
    PlockEnvelope envelope;
    try {
      envelope = PlockCodec.decode(ByteBuffer.wrap(request.payload()));
      if (envelope.from() != request.from()) {
        throw new IOException("says that it is from node " + envelope.from());
      }
    } catch (IOException e) {
      LOG.error("bad plock message from node {}: {}", request.from(), e.getMessage());
      request.answer(EINVAL_STATUS);
      return;
    }
    actor.receive(envelope, taken -> request.answer(taken ? TAKEN : EAGAIN_STATUS));
  }
}
