package org.lockstepfs.fuse.sim;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
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
import org.lockstepfs.locks.o2dlm.SimInvariants;
import org.lockstepfs.locks.o2dlm.message.BadMessageException;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageCodec;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.sim.SimWorld;

/** The actor around a node's o2dlm engine, as {@code DlmDomain} is, on the simulated network. */
final class O2LockDomain implements LockDomain {
  private static final int NO_HANDLER = Integer.MIN_VALUE;

  private static final int RETRY_MS = 20;

  private final Life life;
  private final Map<Long, Integer> outstanding = new HashMap<>();
  private final Set<Integer> known = new HashSet<>();
  private final Set<Object> granted = new HashSet<>();
  private O2Dlm engine;
  private long wantedMs = Long.MAX_VALUE;

  O2LockDomain(Life life) {
    this.life = life;
    life.liveNodes.add(new Deaths(), HeartbeatListener.PRIORITY_DLM);
  }

  /** What the lock domain hears of heartbeats. */
  private final class Deaths implements HeartbeatListener {
    @Override
    public void nodeUp(int node, long nodeGeneration) {}

    @Override
    public void nodeDown(int node) {
      if (node != life.number) {
        life.post(() -> O2LockDomain.this.nodeDown(node));
      }
    }
  }

  O2Dlm engine() {
    return engine;
  }

  @Override
  public boolean counts(int node) {
    return engine != null && engine.members().contains(node);
  }

  // The domain.

  @Override
  public void join() {
    engine =
        new O2Dlm(new O2DlmConfig(life.number, "d", life.generation, 1, 0, List.of(), List.of()));
    engine.tick(life.clockMs());
    NodeMap live = new NodeMap();
    life.liveNodes.snapshot().stream().forEach(live::add);
    live.stream().forEach(known::add);
    engine.join(live);
    drain();
  }

  @Override
  public void leave() {
    step(engine::leave);
  }

  private void step(Runnable event) {
    if (engine != null) {
      engine.tick(life.clockMs());
      event.run();
      drain();
    }
  }

  private void want() {
    long next = engine == null ? Long.MAX_VALUE : engine.nextDeadlineMs();
    if (next < wantedMs) {
      wantedMs = next;
      life.after(
          Math.max(0, next - life.clockMs()) + 1,
          () -> {
            wantedMs = Long.MAX_VALUE;
            step(() -> {});
          });
    }
  }

  // Events.

  @Override
  public void linkUp(int node) {
    boolean early =
        life.stage == Life.Stage.JOINING
            && life.cluster.rules.joinerSeesWhatMembersSee()
            && life.cluster.isCountedInFormerLife(life.cluster.life(node));
    if (early) {
      life.after(RETRY_MS, () -> life.post(() -> linkUp(node)));
    } else if (engine != null && !known.contains(node) && life.liveNodes.isLive(node)) {
      known.add(node);
      step(() -> engine.nodeUp(node));
    }
  }

  @Override
  public void linkLost(int node) {
    Set<Long> lost = new HashSet<>();
    outstanding.forEach(
        (token, to) -> {
          if (to == node) {
            lost.add(token);
          }
        });
    lost.stream().sorted().forEach(this::sendFailed);
  }

  @Override
  public void nodeDown(int node) {
    known.remove(node);
    if (engine != null) {
      life.cluster.random.trace(() -> life.number + ": sees " + node + " down");
      step(() -> life.cluster.rules.dlm().nodeDown(engine, node));
    }
  }

  @Override
  public int receive(int from, Object message) {
    if (message instanceof PlockEnvelope envelope) {
      life.ranges.receive(envelope);
      return 0;
    }
    Message decoded = overTheWire((Message) message);
    if (engine == null) {
      return MessageType.of(decoded.type()).joining()
          ? O2Dlm.answerWithoutDomain(decoded)
          : NO_HANDLER;
    }
    engine.tick(life.clockMs());
    return life.cluster
        .rules
        .dlm()
        .instead(decoded, life.cluster.rules.dlm().deliver(engine, from, decoded));
  }

  private Message overTheWire(Message message) {
    ByteBuffer wire = ByteBuffer.allocate(message.length());
    message.encode(wire);
    try {
      return MessageCodec.decode(message.type(), wire.flip());
    } catch (BadMessageException e) {
      throw new AssertionError(message.toString(), e);
    }
  }

  @Override
  public void replied(long token, int status) {
    outstanding.remove(token);
    if (engine != null) {
      engine.tick(life.clockMs());
      if (status == NO_HANDLER) {
        engine.onSendFailed(token, SendError.NO_HANDLER);
      } else {
        engine.onReply(token, status);
      }
    }
  }

  @Override
  public void sendFailed(long token) {
    if (outstanding.remove(token) != null) {
      step(() -> engine.onSendFailed(token, SendError.LINK_DOWN));
    }
  }

  // Calls of the lock cache.

  @Override
  public void lock(SteppedLock lock, LockMode mode, Set<LockFlag> flags) {
    int bits = bits(flags);
    step(
        () -> {
          if (flags.contains(LockFlag.CONVERT)) {
            engine.convert((DlmLock) lock.handle(), mode, bits);
          } else {
            ResName name = ResName.of(lock.name().toBytes());
            lock.handle(engine.lock(mode, bits, name, lock.lvb(), lock));
          }
        });
  }

  @Override
  public void unlock(SteppedLock lock, Set<LockFlag> flags) {
    step(
        () -> {
          if (flags.contains(LockFlag.CANCEL)) {
            engine.cancel((DlmLock) lock.handle());
          } else {
            engine.unlock((DlmLock) lock.handle(), bits(flags));
          }
        });
  }

  private static int bits(Set<LockFlag> flags) {
    return (flags.contains(LockFlag.NOQUEUE) ? DlmFlags.NOQUEUE : 0)
        | (flags.contains(LockFlag.VALBLK) ? DlmFlags.VALBLK : 0);
  }

  // Effects.

  @Override
  public void drain() {
    while (engine != null && life.isUp()) {
      Effect effect = engine.poll();
      if (effect == null) {
        want();
        return;
      }
      Effect altered = life.cluster.rules.dlm().instead(effect);
      if (altered != null) {
        life.cluster.random.trace(() -> life.number + ": " + altered);
        perform(altered);
      }
    }
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Send send) {
      send(send);
    } else if (effect instanceof Effect.Ast ast) {
      completed((SteppedLock) ast.lock().attachment(), ast.status());
    } else if (effect instanceof Effect.Bast bast) {
      ((SteppedLock) bast.lock().attachment()).blocks(bast.blocked());
    } else if (effect instanceof Effect.UnlockAst ast) {
      unlocked((SteppedLock) ast.lock().attachment(), ast);
    } else if (effect instanceof Effect.Joined event) {
      life.members(list(event.members()));
      life.joined();
    } else if (effect instanceof Effect.JoinRefused) {
      life.end();
    } else if (effect instanceof Effect.Left) {
      engine = null;
      life.left();
    } else if (effect instanceof Effect.MembersChanged changed) {
      life.members(list(changed.members()));
    } else if (effect instanceof Effect.Evicted evicted) {
      life.memberDied(evicted.node());
    } else if (effect instanceof Effect.Fault) {
      throw new AssertionError("node " + life.number + ": " + effect);
    }
  }

  private static List<Integer> list(NodeMap members) {
    return members.stream().boxed().toList();
  }

  private static boolean risky(Message message) {
    return switch (MessageType.of(message.type())) {
      case BEGIN_RECO, LOCK_REQUEST, MIG_LOCKRES, RECO_DATA_DONE, FINALIZE_RECO, MIGRATE_REQUEST ->
          true;
      default -> false;
    };
  }

  private void send(Effect.Send send) {
    if (risky(send.message()) && life.cluster.strikes()) {
      life.end();
      return;
    }
    outstanding.put(send.token(), send.to());
    if (life.isLinked(send.to())) {
      life.cluster.send(life, send.to(), send.message(), send.token());
    } else {
      life.post(() -> sendFailed(send.token()));
    }
  }

  private void completed(SteppedLock lock, DlmStatus status) {
    if (status == DlmStatus.NORMAL) {
      granted.add(lock);
      lock.completed(null);
    } else if (status == DlmStatus.NOTQUEUED) {
      forget(lock, !granted.contains(lock));
      lock.completed(Errno.EAGAIN);
    } else {
      throw new AssertionError("node " + life.number + ": " + lock + " ended with " + status);
    }
  }

  private void unlocked(SteppedLock lock, Effect.UnlockAst ast) {
    if (ast.status() == DlmStatus.CANCELGRANT) {
      return;
    }
    if (ast.status() != DlmStatus.NORMAL) {
      throw new AssertionError("node " + life.number + ": " + lock + " ended with " + ast);
    }
    forget(lock, !ast.cancel() || !granted.contains(lock));
    lock.unlocked();
  }

  private void forget(SteppedLock lock, boolean gone) {
    if (gone) {
      lock.handle(null);
      granted.remove(lock);
    }
  }

  @Override
  public boolean isSettled() {
    return SimInvariants.isSettled(engine);
  }

  @Override
  public String dump(SteppedLock lock) {
    return lock.handle() == null ? " no lock" : " " + engine.dump((DlmLock) lock.handle());
  }

  @Override
  public String toString() {
    return "members "
        + (engine == null ? "none" : engine.members())
        + " at "
        + life.clockMs() / SimWorld.MS;
  }
}
