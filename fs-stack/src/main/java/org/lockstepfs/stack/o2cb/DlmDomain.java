package org.lockstepfs.stack.o2cb;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.DlmFlags;
import org.lockstepfs.locks.o2dlm.DlmLock;
import org.lockstepfs.locks.o2dlm.DlmStatus;
import org.lockstepfs.locks.o2dlm.Effect;
import org.lockstepfs.locks.o2dlm.NodeMap;
import org.lockstepfs.locks.o2dlm.O2Dlm;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.o2dlm.SendError;
import org.lockstepfs.locks.o2dlm.message.BadMessageException;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageCodec;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.mailbox.EngineTimer;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.lockstepfs.stack.node.DlmMeters;
import org.lockstepfs.stack.node.LockDomain;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.LinkListener;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.O2Net;
import org.lockstepfs.stack.o2net.SendResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actor around one volume's o2dlm engine: brings it messages, node events, time and the file
 * system's calls, and carries out what it wants. Thread-safe; never blocks.
 */
final class DlmDomain implements LockDomain, HeartbeatListener, LinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(DlmDomain.class);

  /** Status of a message that cannot be decoded. */
  private static final int EINVAL_STATUS = -22;

  private final String name;
  private final int key;
  private final int self;
  private final O2Dlm engine;
  private final O2Net net;
  private final LiveNodes liveNodes;
  private final LockingProtocol protocol;
  private final DlmMeters meters;
  private final JoinDispatcher dispatcher;
  private final Consumer<List<Integer>> membersListener;
  private final RecoveryHandler recovery;
  private final Mailbox mailbox = new Mailbox();
  private final EngineTimer timer;
  private final BitSet known = new BitSet();
  private final CompletableFuture<Joined> joined = new CompletableFuture<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private volatile String fault;

  /** Makes a domain that is not joined. */
  DlmDomain(O2DlmConfig config, JoinDispatcher dispatcher, LockDomains.Setup setup) {
    this.name = config.domain();
    this.key = config.domainKey();
    this.self = config.nodeNumber();
    this.engine = new O2Dlm(config);
    this.dispatcher = dispatcher;
    this.net = setup.net();
    this.liveNodes = setup.liveNodes();
    this.protocol = setup.protocol();
    this.meters = setup.meters();
    this.membersListener = setup.membersListener();
    this.recovery = setup.recovery();
    this.timer = new EngineTimer(setup.executor(), setup.nanoClock(), this::ring);
  }

  @Override
  public void open() {
    dispatcher.add(name, this);
    for (MessageType type : MessageType.values()) {
      if (!type.joining()) {
        net.register(type.id(), key, Message.MAX_LENGTH, this::receive);
      }
    }
    net.addLinkListener(this);
    liveNodes.add(this, PRIORITY_DLM);
  }

  @Override
  public void close() {
    dispatcher.remove(name, this);
    liveNodes.remove(this);
    net.removeLinkListener(this);
    for (MessageType type : MessageType.values()) {
      if (!type.joining()) {
        net.unregister(type.id(), key);
      }
    }
    mailbox.post(timer::cancel);
    meters.remove();
  }

  @Override
  public CompletableFuture<Joined> join() {
    step(
        () -> {
          known.or(liveNodes.snapshot());
          NodeMap live = new NodeMap();
          known.stream().forEach(live::add);
          engine.join(live);
        });
    return joined;
  }

  @Override
  public CompletableFuture<Void> leave() {
    step(engine::leave);
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
            for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
              perform(effect);
            }
            timer.want(engine.nextDeadlineMs());
          }
        });
  }

  private void ring() {
    step(timer::rung);
  }

  private void receive(MessageHandler.Request request) {
    try {
      receive(request, MessageCodec.decode(request.type(), ByteBuffer.wrap(request.payload())));
    } catch (BadMessageException e) {
      LOG.error("{}: node {} sent a bad message: {}", name, request.from(), e.getMessage());
      request.answer(EINVAL_STATUS);
    }
  }

  /** Takes a message; one from a node that is no longer alive is not answered: its link is gone. */
  void receive(MessageHandler.Request request, Message message) {
    if (liveNodes.isLive(request.from())) {
      step(() -> request.answer(engine.onMessage(request.from(), message)));
    }
  }

  @Override
  public void nodeUp(int node, long generation) {}

  @Override
  public void nodeDown(int node) {
    if (node != self) {
      step(
          () -> {
            known.clear(node);
            engine.nodeDown(node);
          });
    }
  }

  /** The engine hears of a node when messages pass to it, which is after its heartbeat came. */
  @Override
  public void linkUp(int node) {
    step(
        () -> {
          if (!known.get(node) && liveNodes.isLive(node)) {
            known.set(node);
            engine.nodeUp(node);
          }
        });
  }

  @Override
  public void linkError(int node, String reason) {}

  @Override
  public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId id) throws ErrnoException {
    check(mode);
    int bits = bits(flags);
    if (flags.contains(LockFlag.CONVERT)) {
      LockHandle handle = handle(lksb);
      meters.conversions.increment();
      step(() -> attempt(handle, lock -> engine.convert(lock, mode, bits & ~DlmFlags.CONVERT)));
      return;
    }
    LockHandle handle = new LockHandle(lksb);
    lksb.pluginHandle(handle);
    ResName resource = ResName.of(id.toBytes());
    meters.requests.increment();
    meters.lockCame();
    step(() -> request(handle, mode, bits, resource));
  }

  private void request(LockHandle handle, LockMode mode, int bits, ResName resource) {
    try {
      handle.lock(engine.lock(mode, bits, resource, handle.lksb().lvb(), handle));
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.error("{}: lock {} refused", name, resource, e);
      complete(handle, DlmStatus.BADARGS);
    }
  }

  @Override
  public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
    LockHandle handle = handle(lksb);
    if (flags.contains(LockFlag.CANCEL)) {
      meters.cancels.increment();
      step(
          () -> {
            // A request that has ended meanwhile was told so by its own AST.
            if (handle.lock() != null) {
              engine.cancel(handle.lock());
            }
          });
    } else {
      int bits = bits(flags);
      meters.unlocks.increment();
      step(() -> attempt(handle, lock -> engine.unlock(lock, bits)));
    }
  }

  /** Runs an operation on a lock; a refusal is the caller's mistake and ends the operation. */
  private void attempt(LockHandle handle, Consumer<DlmLock> operation) {
    try {
      if (handle.lock() == null) {
        throw new IllegalStateException("no such lock");
      }
      operation.accept(handle.lock());
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.error("{}: operation on {} refused", name, handle.lock(), e);
      complete(handle, DlmStatus.IVLOCKID);
    }
  }

  private static LockHandle handle(Lksb lksb) throws ErrnoException {
    if (lksb.pluginHandle() instanceof LockHandle handle) {
      return handle;
    }
    throw new ErrnoException(Errno.EINVAL, "lock was never requested");
  }

  private void check(LockMode mode) throws ErrnoException {
    if (mode != LockMode.NL && mode != LockMode.PR && mode != LockMode.EX) {
      throw new ErrnoException(Errno.EINVAL, "o2dlm has no mode " + mode);
    }
    if (fault != null) {
      throw new ErrnoException(Errno.EIO, "lock domain " + name + " has failed: " + fault);
    }
  }

  private static int bits(Set<LockFlag> flags) {
    int bits = 0;
    for (LockFlag flag : flags) {
      bits |=
          switch (flag) {
            case NOQUEUE -> DlmFlags.NOQUEUE;
            case CONVERT -> DlmFlags.CONVERT;
            case VALBLK -> DlmFlags.VALBLK;
            case LOCAL -> DlmFlags.LOCAL;
            case CANCEL -> DlmFlags.CANCEL;
          };
    }
    return bits;
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Send send) {
      send(send);
    } else if (effect instanceof Effect.Ast ast) {
      complete((LockHandle) ast.lock().attachment(), ast.status());
    } else if (effect instanceof Effect.Bast bast) {
      meters.basts.increment();
      LockHandle handle = (LockHandle) bast.lock().attachment();
      protocol.blockingAst(handle.lksb(), bast.blocked());
    } else if (effect instanceof Effect.UnlockAst ast) {
      completeUnlock((LockHandle) ast.lock().attachment(), ast);
    } else if (effect instanceof Effect.Joined event) {
      List<Integer> members = event.members().stream().boxed().toList();
      membersListener.accept(members);
      joined.complete(new Joined(members, event.fsMinor()));
    } else if (effect instanceof Effect.JoinRefused refused) {
      joined.completeExceptionally(new java.io.IOException(refused.reason()));
    } else if (effect instanceof Effect.Left) {
      left.complete(null);
    } else if (effect instanceof Effect.MembersChanged changed) {
      membersListener.accept(changed.members().stream().boxed().toList());
    } else if (effect instanceof Effect.Evicted evicted) {
      recovery.nodeDown(evicted.node());
    } else if (effect instanceof Effect.Fault broken) {
      fault = broken.reason();
      LOG.error("lock domain {} has failed: {}", name, fault);
    }
  }

  private void send(Effect.Send send) {
    ByteBuffer payload = ByteBuffer.allocate(send.message().length());
    send.message().encode(payload);
    meters.messages.increment();
    net.send(
        send.to(),
        send.message().type(),
        send.message().key(key),
        payload.array(),
        (result, status) -> answered(send.token(), result, status));
  }

  private void answered(long token, SendResult result, int status) {
    switch (result) {
      case DELIVERED -> step(() -> engine.onReply(token, status));
      case NO_HANDLER -> step(() -> engine.onSendFailed(token, SendError.NO_HANDLER));
      case OVERFLOW, DIED, NOT_CONNECTED, OVERLOADED ->
          step(() -> engine.onSendFailed(token, SendError.LINK_DOWN));
    }
  }

  private void complete(LockHandle handle, DlmStatus status) {
    meters.asts.increment();
    if (status == DlmStatus.NORMAL) {
      handle.grant();
    } else if (!handle.granted()) {
      gone(handle);
    }
    handle.lksb().status(DlmErrno.of(status));
    protocol.lockAst(handle.lksb());
  }

  /** A cancel that came too late is not passed on: the lock AST has told, or will tell, enough. */
  private void completeUnlock(LockHandle handle, Effect.UnlockAst ast) {
    if (ast.status() == DlmStatus.CANCELGRANT) {
      return;
    }
    if (ast.status() == DlmStatus.NORMAL && (!ast.cancel() || !handle.granted())) {
      gone(handle);
    }
    protocol.unlockAst(handle.lksb(), DlmErrno.of(ast.status()));
  }

  private void gone(LockHandle handle) {
    handle.gone();
    meters.lockWent();
  }

  @Override
  public String dump(Lksb lksb) {
    return lksb.pluginHandle() instanceof LockHandle handle && handle.lock() != null
        ? handle.lock().mode() + " cookie " + Long.toHexString(handle.lock().cookie())
        : "no lock";
  }

  @Override
  public int locks() {
    return meters.locks();
  }
}
