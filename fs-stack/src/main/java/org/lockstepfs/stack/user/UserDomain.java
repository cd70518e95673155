package org.lockstepfs.stack.user;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.fsdlm.Effect;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.FsDlmConfig;
import org.lockstepfs.locks.fsdlm.message.BadMessageException;
import org.lockstepfs.locks.fsdlm.message.MessageCodec;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.mailbox.EngineTimer;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.lockstepfs.stack.node.DlmMeters;
import org.lockstepfs.stack.node.LockDomain;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.Transport;
import org.lockstepfs.stack.user.control.ControlMessage;
import org.lockstepfs.stack.user.control.ViewAgreement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor around one volume's fsdlm engine and its part in agreeing on the members: brings them
 * messages, node events, time and the file system's calls, and carries out what they want.
 * Thread-safe; never blocks.
 */
final class UserDomain implements LockDomain, HeartbeatListener {
  private static final Logger LOG = LoggerFactory.getLogger(UserDomain.class);

  /** o2net message type of the lock managers' messages; the kernel has none of this number. */
  static final int LOCK_TYPE = 610;

  /** o2net message type of the control messages; the kernel has none of this number. */
  static final int CONTROL_TYPE = 611;

  private static final int TICK_MS = 100;

  private final String name;
  private final int key;
  private final int self;
  private final long incarnation;
  private final Transport net;
  private final LiveNodes liveNodes;
  private final ScheduledExecutorService executor;
  private final SelfFence fence;
  private final DlmMeters meters;
  private final FsDlm engine;
  private final UserLocks locks;
  private final ViewAgreement agreement;
  private final DomainActions actions;
  private final PeerLinks links;
  private final Mailbox mailbox = new Mailbox();
  private final EngineTimer timer;
  private final CompletableFuture<Joined> joined = new CompletableFuture<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private ScheduledFuture<?> ticking;
  private volatile String fault;

  UserDomain(LockDomains.Setup setup, Transport transport) {
    name = setup.uuid();
    key = O2DlmConfig.domainKey(name);
    self = setup.self().number();
    incarnation = setup.incarnation();
    net = transport;
    liveNodes = setup.liveNodes();
    executor = setup.executor();
    fence = setup.fence();
    meters = setup.meters();
    engine = new FsDlm(new FsDlmConfig(self, incarnation, name));
    locks = new UserLocks(name, engine, setup.protocol(), meters);
    links = new PeerLinks(net, key, incarnation, setup.generations(), this::step, this::toEngine);
    actions = new DomainActions(setup, net, key, engine, links, this::step, joined, left);
    agreement = new ViewAgreement(self, incarnation, setup.protocol().maxVersion(), actions);
    timer = new EngineTimer(executor, setup.nanoClock(), this::ring);
  }

  @Override
  public void open() {
    net.register(LOCK_TYPE, key, MessageCodec.MAX_LENGTH, this::locking);
    net.register(CONTROL_TYPE, key, ControlMessage.MAX_LENGTH, this::control);
    liveNodes.add(this, PRIORITY_DLM);
    ticking =
        executor.scheduleAtFixedRate(
            () -> step(this::retry), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (ticking != null) {
      ticking.cancel(false);
      liveNodes.remove(this);
      net.unregister(LOCK_TYPE, key);
      net.unregister(CONTROL_TYPE, key);
    }
    mailbox.post(
        () -> {
          timer.cancel();
          links.close();
        });
    meters.remove();
  }

  @Override
  public CompletableFuture<Joined> join() {
    step(() -> agreement.join(liveNodes.snapshot()));
    return joined;
  }

  @Override
  public CompletableFuture<Void> leave() {
    step(agreement::leave);
    return left;
  }

  /** Runs an event in the mailbox and carries out what comes of it. */
  private void step(Runnable event) {
    mailbox.post(
        () -> {
          engine.tick(timer.nowMs());
          try {
            event.run();
          } finally {
            drain();
            while (locks.resume()) {
              drain();
            }
            timer.want(engine.nextDeadlineMs());
          }
        });
  }

  private void drain() {
    for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
      perform(effect);
    }
  }

  private void ring() {
    step(timer::rung);
  }

  private void retry() {
    agreement.tick();
    links.retry();
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Send send) {
      meters.messages.increment();
      if (!links.send(send.to(), MessageCodec.encode(send.envelope()))) {
        fail("node " + send.to() + " confirms no messages");
      }
    } else if (effect instanceof Effect.Ast ast) {
      locks.ended(ast);
    } else if (effect instanceof Effect.Bast bast) {
      locks.blocked(bast);
    } else if (effect instanceof Effect.Running running) {
      LOG.info("lockspace {} runs with set {}", name, running.seq());
      actions.running();
    } else if (effect instanceof Effect.Fault broken) {
      fail(broken.reason());
    }
  }

  /** Locks cannot be trusted any more: the others shall recover what this node has. */
  private void fail(String reason) {
    if (fault == null) {
      fault = reason;
      LOG.error("lockspace {} has failed: {}", name, reason);
      engine.stop();
      fence.fence("lockspace " + name + " has failed: " + reason);
    }
  }

  private void locking(MessageHandler.Request request) {
    step(() -> links.receive(request));
  }

  private void toEngine(int from, ByteBuffer message) {
    try {
      engine.onMessage(from, MessageCodec.decode(message));
    } catch (BadMessageException e) {
      LOG.error("{}: node {} sent a bad message: {}", name, from, e.getMessage());
    }
  }

  /** One from a node that is no longer alive is not answered: its link is gone. */
  private void control(MessageHandler.Request request) {
    if (!liveNodes.isLive(request.from())) {
      return;
    }
    try {
      ControlMessage message = ControlMessage.decode(request.payload());
      step(() -> request.answer(agreement.onMessage(request.from(), message)));
    } catch (IOException e) {
      LOG.error("{}: bad control message of node {}: {}", name, request.from(), e.getMessage());
      request.answer(ViewAgreement.INVALID);
    }
  }

  @Override
  public void nodeUp(int node, long generation) {
    step(() -> agreement.nodeUp(node));
  }

  @Override
  public void nodeDown(int node) {
    if (node != self) {
      step(() -> agreement.nodeDown(node));
    }
  }

  @Override
  public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId id) throws ErrnoException {
    if (fault != null) {
      throw new ErrnoException(Errno.EIO, "lockspace " + name + " has failed: " + fault);
    }
    if (flags.contains(LockFlag.CONVERT)) {
      UserLock lock = UserLocks.of(lksb);
      meters.conversions.increment();
      step(() -> locks.convert(lock, mode, flags));
    } else {
      UserLock lock = new UserLock(lksb);
      lksb.pluginHandle(lock);
      meters.requests.increment();
      meters.lockCame();
      step(() -> locks.request(lock, mode, flags, id));
    }
  }

  @Override
  public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
    UserLock lock = UserLocks.of(lksb);
    if (flags.contains(LockFlag.CANCEL)) {
      meters.cancels.increment();
      step(() -> locks.cancel(lock));
    } else {
      meters.unlocks.increment();
      step(() -> locks.unlock(lock, flags));
    }
  }

  @Override
  public String dump(Lksb lksb) {
    return lksb.pluginHandle() instanceof UserLock lock && lock.lkb() != null
        ? engine.dump(lock.lkb())
        : "no lock";
  }

  @Override
  public int locks() {
    return meters.locks();
  }

  /** For invariant checks in tests. */
  FsDlm engine() {
    return engine;
  }
}
