package org.lockstepfs.locks.fsdlm;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.lockstepfs.locks.fsdlm.message.BadMessageException;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.MessageCodec;
import org.lockstepfs.locks.sim.SeededNetwork;
import org.lockstepfs.locks.sim.SeededScheduler;

/** A node of the simulation: an engine, the driver around it, its clients, and its orders. */
final class SimNode implements SeededNetwork.Node<Envelope> {
  /** A fault put in on purpose, to see that the checks notice it. */
  interface Mutation {
    /** No fault. */
    Mutation NONE = new Mutation() {};

    /** Returns what to do instead of the effect, null for nothing. */
    default Effect instead(Effect effect) {
      return effect;
    }

    /** Returns what arrives at a node instead of the message, null for nothing. */
    default Envelope arrives(SimNode at, Envelope envelope) {
      return envelope;
    }

    /** Returns the incarnation that the control daemon tells. */
    default long told(long incarnation) {
      return incarnation;
    }
  }

  /** What the control daemon tells a node. */
  record Order(long seq, List<Member> members) {}

  final int number;
  final List<SimLock> locks = new ArrayList<>();
  final SimClient client;
  final Deque<Order> orders = new ArrayDeque<>();
  private final SeededScheduler scheduler;
  private final SeededNetwork<Envelope> network;
  private final Mutation mutation;

  FsDlm engine;
  long incarnation;
  boolean leaving;

  SimNode(
      int number,
      List<SimLock.Shared> resources,
      SeededScheduler scheduler,
      SeededNetwork<Envelope> network,
      Mutation mutation) {
    this.number = number;
    this.scheduler = scheduler;
    this.network = network;
    this.mutation = mutation;
    for (SimLock.Shared shared : resources) {
      locks.add(new SimLock(shared));
      if (scheduler.chance(20)) {
        locks.add(new SimLock(shared));
      }
    }
    client = new SimClient(this, scheduler);
    network.attach(number, this);
  }

  boolean isUp() {
    return engine != null;
  }

  Member member() {
    return new Member(number, mutation.told(incarnation));
  }

  void boot() {
    incarnation++;
    leaving = false;
    engine = new FsDlm(new FsDlmConfig(number, member().incarnation(), "sim"));
    engine.tick(scheduler.nowMs());
  }

  /** Stops without a word, with what is on its links still under way. */
  void crash() {
    scheduler.trace(() -> number + ": dies");
    engine = null;
    orders.clear();
    locks.forEach(SimLock::crash);
  }

  /** Follows one order of the control daemon; a node that is late may miss some. */
  boolean follow() {
    if (orders.isEmpty() || engine == null) {
      return false;
    }
    while (orders.size() > 1 && scheduler.chance(50)) {
      orders.remove();
      engine.stop();
    }
    if (engine.recoverStatus() != 0 && scheduler.chance(50)) {
      scheduler.trace(() -> number + ": stops");
      engine.stop();
    } else {
      Order order = orders.remove();
      scheduler.trace(() -> number + ": starts " + order);
      engine.tick(scheduler.nowMs());
      engine.start(order.seq, order.members);
    }
    drain();
    return true;
  }

  @Override
  public int onMessage(int from, Envelope envelope) {
    if (engine != null) {
      Envelope altered = mutation.arrives(this, overTheWire(envelope));
      if (altered != null) {
        engine.onMessage(from, altered);
      }
    }
    return 0;
  }

  private static Envelope overTheWire(Envelope envelope) {
    try {
      return MessageCodec.decode(ByteBuffer.wrap(MessageCodec.encode(envelope)));
    } catch (BadMessageException e) {
      throw new AssertionError(envelope.toString(), e);
    }
  }

  @Override
  public void onReply(long token, int status) {}

  @Override
  public void onSendFailed(long token) {}

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
      network.send(number, send.to(), send.envelope(), 0);
    } else if (effect instanceof Effect.Ast ast) {
      client.ended((SimLock) ast.lock().attachment(), ast);
    } else if (effect instanceof Effect.Bast bast) {
      ((SimLock) bast.lock().attachment()).blocking |= 1 << bast.blocked().ordinal();
    } else if (effect instanceof Effect.Fault) {
      throw new AssertionError(effect.toString());
    }
  }
}
