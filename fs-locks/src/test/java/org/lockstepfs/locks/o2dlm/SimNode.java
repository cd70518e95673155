package org.lockstepfs.locks.o2dlm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.message.BadMessageException;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageCodec;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/** A node of the simulation: an engine, the driver around it, and a client like dlmglue. */
final class SimNode implements SeededNetwork.Node<Message> {
  /** Status that stands for o2net's "nobody listens for this". */
  static final int NO_HANDLER = Integer.MIN_VALUE;

  final int number;
  final List<SimLock> locks = new ArrayList<>();
  private final SeededScheduler scheduler;
  private final SeededNetwork<Message> network;
  private final Mutation mutation;

  O2Dlm engine;
  int incarnation;
  boolean joining;
  boolean closing;

  /** Deaths that the file system on this node has been told of, or that it started after. */
  private final Set<Integer> knownDeaths = new HashSet<>();

  private final Deaths deaths;

  private final ByteBuffer wire = ByteBuffer.allocate(Message.MAX_LENGTH);

  /** The deaths of a run, numbered. */
  static final class Deaths {
    final List<Integer> nodes = new ArrayList<>();

    /** Decides whether a node dies instead of sending a message. */
    Predicate<Message> doom = message -> false;

    /** Is told of each death. */
    Consumer<SimNode> onDeath = node -> {};

    boolean strikes(Message message) {
      return doom.test(message);
    }

    /** Nodes that died and have not come back. */
    final Set<Integer> unreturned = new HashSet<>();

    /** Returns whether this is the last death of a node that is dead now. */
    boolean isPresent(int death) {
      int node = nodes.get(death);
      return unreturned.contains(node) && nodes.lastIndexOf(node) == death;
    }

    int count() {
      return nodes.size();
    }
  }

  SimNode(
      int number,
      List<SimLock.Shared> resources,
      SeededScheduler scheduler,
      SeededNetwork<Message> network,
      Deaths deaths,
      Mutation mutation) {
    this.deaths = deaths;
    this.number = number;
    this.scheduler = scheduler;
    this.network = network;
    this.mutation = mutation;
    resources.forEach(shared -> locks.add(new SimLock(shared)));
    network.attach(number, this);
  }

  /** The node stops without a word; what it held counts for nothing any more. */
  void crash() {
    scheduler.trace(() -> number + ": dies");
    network.crash(number);
    engine = null;
    joining = false;
    closing = false;
    for (SimLock lock : locks) {
      lock.forget(deaths.count());
    }
    deaths.nodes.add(number);
    deaths.unreturned.add(number);
    deaths.onDeath.accept(this);
  }

  boolean isJoined() {
    return engine != null && engine.state() == DomainState.JOINED;
  }

  void start(NodeMap live) {
    joining = true;
    closing = false;
    deaths.unreturned.remove(number);
    network.attach(number, this);
    engine = new O2Dlm(new O2DlmConfig(number, "d", ++incarnation, 1, 0, List.of(), List.of()));
    engine.tick(scheduler.nowMs());
    engine.join(live);
    drain();
  }

  @Override
  public int onMessage(int from, Message message) {
    if (engine == null) {
      return MessageType.of(message.type()).joining()
          ? O2Dlm.answerWithoutDomain(message)
          : NO_HANDLER;
    }
    return mutation.instead(message, mutation.deliver(engine, from, overTheWire(message)));
  }

  /** Another node is dead. */
  void nodeDown(int node) {
    network.disconnect(number, node);
    mutation.nodeDown(engine, node);
    drain();
  }

  private Message overTheWire(Message message) {
    wire.clear();
    message.encode(wire);
    wire.flip();
    if (wire.remaining() != message.length()) {
      throw new AssertionError(message + " has " + wire.remaining() + " bytes");
    }
    try {
      return MessageCodec.decode(message.type(), wire);
    } catch (BadMessageException e) {
      throw new AssertionError(message.toString(), e);
    }
  }

  @Override
  public void onReply(long token, int status) {
    if (engine != null) {
      if (status == NO_HANDLER) {
        engine.onSendFailed(token, SendError.NO_HANDLER);
      } else {
        engine.onReply(token, status);
      }
    }
  }

  @Override
  public void onSendFailed(long token) {
    if (engine != null) {
      engine.onSendFailed(token, SendError.LINK_DOWN);
    }
  }

  @Override
  public void drain() {
    while (engine != null) {
      Effect effect = engine.poll();
      if (effect == null) {
        return;
      }
      Effect altered = mutation.instead(effect);
      if (altered != null) {
        perform(altered);
      }
    }
  }

  private void perform(Effect effect) {
    scheduler.trace(() -> number + ": " + effect);
    if (effect instanceof Effect.Send send) {
      if (deaths.strikes(send.message())) {
        crash();
        return;
      }
      network.send(number, send.to(), send.message(), send.token());
    } else if (effect instanceof Effect.Ast ast) {
      ended((SimLock) ast.lock().attachment(), ast.status());
    } else if (effect instanceof Effect.Bast bast) {
      SimLock lock = (SimLock) bast.lock().attachment();
      if (lock.blocking == null || bast.blocked().strongerThan(lock.blocking)) {
        lock.blocking = bast.blocked();
      }
    } else if (effect instanceof Effect.UnlockAst ast) {
      unlockEnded((SimLock) ast.lock().attachment(), ast);
    } else if (effect instanceof Effect.Joined joined) {
      joining = false;
      for (int death = 0; death < deaths.count(); death++) {
        // A file system that starts looks for itself who died before.
        if (!joined.members().contains(deaths.nodes.get(death)) || !deaths.isPresent(death)) {
          knownDeaths.add(death);
        }
      }
    } else if (effect instanceof Effect.Left) {
      engine = null;
    } else if (effect instanceof Effect.JoinRefused refused) {
      // Simulated pauses are long; giving up is the only refusal that may be right.
      check(refused.reason().startsWith("gave up"), refused.reason());
      joining = false;
      engine = null;
    } else if (effect instanceof Effect.Evicted evicted) {
      knownDeaths.add(deaths.nodes.lastIndexOf(evicted.node()));
    } else if (effect instanceof Effect.Fault) {
      throw new AssertionError(effect.toString());
    }
  }

  private void ended(SimLock lock, DlmStatus status) {
    check(lock.busy && !lock.unlocking, "AST without an operation on " + lock.shared.name);
    lock.busy = false;
    lock.shared.known = true;
    if (status == DlmStatus.NORMAL) {
      lock.level = lock.wanted;
      for (SimLock.DeadHolder holder : lock.shared.deadHolders) {
        boolean heard =
            lock.level.compatibleWith(holder.level()) || knownDeaths.contains(holder.death());
        check(heard, "granted " + lock.shared.name + " before it hears of death " + holder.death());
      }
      if (lock.readsLvb) {
        lock.checkLvb();
      }
      if (lock.blocking != null && !lock.level.strongerThan(SimLock.keepBeside(lock.blocking))) {
        lock.blocking = null;
      }
    } else {
      check(status == DlmStatus.NOTQUEUED, "operation ended with " + status);
      if (lock.lock.isGone()) {
        lock.lock = null;
      }
    }
  }

  private void unlockEnded(SimLock lock, Effect.UnlockAst ast) {
    if (!ast.cancel()) {
      check(ast.status() == DlmStatus.NORMAL && lock.unlocking, "unlock ended with " + ast);
      lock.lock = null;
      lock.busy = false;
      lock.unlocking = false;
      lock.blocking = null;
    } else {
      check(lock.cancelling, "answer to no cancel");
      lock.cancelling = false;
      if (ast.status() == DlmStatus.NORMAL) {
        check(lock.busy, "cancelled what had ended");
        lock.busy = false;
        if (lock.lock.isGone()) {
          lock.lock = null;
          lock.blocking = null;
        }
      } else {
        check(ast.status() == DlmStatus.CANCELGRANT, "cancel ended with " + ast);
      }
    }
  }

  private void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("node " + number + ": " + what);
    }
  }

  /** Does something that a file system might do; returns false if nothing came to mind. */
  boolean act() {
    if (!isJoined() || closing) {
      return false;
    }
    SimLock lock = scheduler.pick(locks);
    engine.tick(scheduler.nowMs());
    boolean acted = lock.busy ? actWhileBusy(lock) : actWhileIdle(lock);
    drain();
    return acted;
  }

  private boolean actWhileBusy(SimLock lock) {
    if (lock.unlocking || lock.cancelling || !scheduler.chance(lock.blocking == null ? 5 : 40)) {
      return false;
    }
    return cancel(lock);
  }

  private boolean cancel(SimLock lock) {
    if (!lock.wanted.strongerThan(lock.level) && lock.lock.isQueued()) {
      return false;
    }
    scheduler.trace(() -> number + ": cancel " + lock.shared.name);
    lock.cancelling = true;
    engine.cancel(lock.lock);
    return true;
  }

  private boolean actWhileIdle(SimLock lock) {
    if (!lock.shared.known && lock.shared.creator >= 0) {
      return false;
    }
    if (lock.held) {
      if (lock.level == LockMode.EX && scheduler.chance(50)) {
        lock.writeLvb();
      } else {
        lock.held = false;
      }
      return true;
    }
    if (lock.mustGiveWay()) {
      return lower(lock, SimLock.keepBeside(lock.blocking));
    }
    int dice = scheduler.below(100);
    if (dice < 55) {
      raise(lock, scheduler.chance(50) ? LockMode.PR : LockMode.EX);
    } else if (dice < 65 && lock.level != LockMode.NL) {
      lower(lock, lock.level == LockMode.EX && scheduler.chance(50) ? LockMode.PR : LockMode.NL);
    } else if (dice < 75 && lock.lock != null) {
      unlock(lock);
    } else {
      return false;
    }
    return true;
  }

  private void raise(SimLock lock, LockMode mode) {
    if (lock.lock != null && !mode.strongerThan(lock.level)) {
      lock.held = true;
      return;
    }
    int flags = DlmFlags.VALBLK | (scheduler.chance(10) ? DlmFlags.NOQUEUE : 0);
    if (!lock.shared.known) {
      lock.shared.creator = number;
      flags |= DlmFlags.LOCAL;
    }
    lock.busy = true;
    lock.wanted = mode;
    lock.readsLvb = true;
    scheduler.trace(() -> number + ": raise " + lock.shared.name + " to " + lock.wanted);
    if (lock.lock == null) {
      lock.wanted = scheduler.chance(15) ? LockMode.NL : mode;
      lock.readsLvb = lock.wanted != LockMode.NL;
      lock.lock = engine.lock(lock.wanted, flags, lock.shared.name, lock.lvb, lock);
    } else {
      engine.convert(lock.lock, mode, flags);
    }
  }

  private boolean lower(SimLock lock, LockMode mode) {
    scheduler.trace(() -> number + ": lower " + lock.shared.name + " to " + mode);
    lock.busy = true;
    lock.wanted = mode;
    lock.readsLvb = false;
    if (lock.level == LockMode.EX) {
      lock.writeLvb();
    }
    lock.level = mode;
    engine.convert(lock.lock, mode, DlmFlags.VALBLK);
    return true;
  }

  private void unlock(SimLock lock) {
    scheduler.trace(() -> number + ": unlock " + lock.shared.name);
    lock.busy = true;
    lock.unlocking = true;
    if (lock.level == LockMode.EX) {
      lock.writeLvb();
    }
    lock.level = LockMode.NL;
    engine.unlock(lock.lock, DlmFlags.VALBLK);
  }

  /**
   * Lets go of what is held and gives way where asked; returns whether there was anything to do.
   */
  boolean settleDown() {
    if (!isJoined()) {
      return false;
    }
    boolean acted = false;
    for (SimLock lock : locks) {
      acted |= lock.held;
      lock.held = false;
      if (lock.busy
          && lock.blocking != null
          && lock.level != LockMode.NL
          && !lock.unlocking
          && !lock.cancelling) {
        acted |= cancel(lock);
      } else if (!lock.busy && lock.mustGiveWay()) {
        acted |= lower(lock, SimLock.keepBeside(lock.blocking));
      }
    }
    drain();
    return acted;
  }

  /** Goes on with leaving the domain: unlocks what is idle, and leaves when nothing is locked. */
  boolean close() {
    if (!isJoined()) {
      return false;
    }
    closing = true;
    boolean acted = settleDown();
    boolean empty = true;
    for (SimLock lock : locks) {
      if (lock.lock != null && !lock.busy) {
        unlock(lock);
        acted = true;
      } else if (lock.busy && !lock.unlocking && !lock.cancelling) {
        acted |= cancel(lock);
      }
      empty &= lock.lock == null && !lock.busy && !lock.cancelling;
    }
    if (empty) {
      engine.leave();
      acted = true;
    }
    drain();
    return acted;
  }
}
