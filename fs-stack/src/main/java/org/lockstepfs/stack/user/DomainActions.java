package org.lockstepfs.stack.user;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.stack.node.LockDomain.Joined;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2net.SendResult;
import org.lockstepfs.stack.o2net.Transport;
import org.lockstepfs.stack.user.control.ControlMessage;
import org.lockstepfs.stack.user.control.ViewActions;
import org.lockstepfs.stack.user.control.ViewAgreement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what the agreement on members wants. Used inside one mailbox. */
final class DomainActions implements ViewActions {
  private static final Logger LOG = LoggerFactory.getLogger(DomainActions.class);

  private final LockDomains.Setup setup;
  private final Transport net;
  private final int key;
  private final FsDlm engine;
  private final PeerLinks links;
  private final Executor mailbox;
  private final CompletableFuture<Joined> joined;
  private final CompletableFuture<Void> left;
  private final Map<Integer, Long> dead = new TreeMap<>();
  private List<Integer> members = List.of();
  private int minor;

  DomainActions(
      LockDomains.Setup setup,
      Transport net,
      int key,
      FsDlm engine,
      PeerLinks links,
      Executor mailbox,
      CompletableFuture<Joined> joined,
      CompletableFuture<Void> left) {
    this.setup = setup;
    this.net = net;
    this.key = key;
    this.engine = engine;
    this.links = links;
    this.mailbox = mailbox;
    this.joined = joined;
    this.left = left;
  }

  @Override
  public void send(int to, ControlMessage message, IntConsumer answered) {
    net.send(
        to,
        UserDomain.CONTROL_TYPE,
        key,
        ControlMessage.encode(message),
        (result, status) -> mailbox.execute(() -> answered.accept(answer(result, status))));
  }

  private static int answer(SendResult result, int status) {
    return switch (result) {
      case DELIVERED -> status;
      case NO_HANDLER -> ViewAgreement.ABSENT;
      case OVERFLOW, DIED, NOT_CONNECTED, OVERLOADED -> ViewAgreement.UNREACHABLE;
    };
  }

  @Override
  public void stop() {
    engine.stop();
  }

  @Override
  public void start(long seq, int runningMinor, Map<Integer, Long> lives) {
    LOG.info("lockspace {}: set {} is {}", setup.uuid(), seq, lives.keySet());
    minor = runningMinor;
    links.members(lives);
    engine.start(
        seq, lives.entrySet().stream().map(e -> new Member(e.getKey(), e.getValue())).toList());
    members = List.copyOf(new TreeMap<>(lives).keySet());
    setup.membersListener().accept(members);
    dead.entrySet().removeIf(death -> isBack(death.getKey(), death.getValue(), lives));
  }

  /**
   * A set may be the first without the dead and have the node's next life already; one that was
   * agreed on before the death still has the dead.
   */
  private boolean isBack(int node, long ended, Map<Integer, Long> lives) {
    Long life = lives.get(node);
    boolean back = life != null && life != ended;
    if (back) {
      setup.recovery().nodeBack(node);
    }
    return back;
  }

  /** The engine has recovered: locks are granted. */
  void running() {
    joined.complete(new Joined(members, minor));
  }

  @Override
  public void died(int node, long life) {
    LOG.warn("lockspace {}: node {} died", setup.uuid(), node);
    dead.put(node, life);
    setup.recovery().nodeDown(node);
  }

  @Override
  public void refused(String reason) {
    joined.completeExceptionally(new IOException(reason));
  }

  @Override
  public void left() {
    left.complete(null);
  }

  @Override
  public OptionalLong incarnationOf(int node) {
    return setup.generations().apply(node);
  }
}
