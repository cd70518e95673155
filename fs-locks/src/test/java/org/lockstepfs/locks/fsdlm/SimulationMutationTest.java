package org.lockstepfs.locks.fsdlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.LookupReply;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Remove;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.sim.SeededScheduler;

/** The simulation notices rules that are broken on purpose, each within a few thousand seeds. */
class SimulationMutationTest {
  private static final int SEEDS = 3000;

  private interface Change {
    /** Returns what arrives instead, null for nothing. */
    Message apply(SimNode at, Message message);
  }

  private static SimNode.Mutation arrives(Change change) {
    return new SimNode.Mutation() {
      @Override
      public Envelope arrives(SimNode at, Envelope envelope) {
        Message message = change.apply(at, envelope.message());
        return message == null ? null : new Envelope(envelope.seq(), message);
      }
    };
  }

  private static SimNode.Mutation effects(UnaryOperator<Effect> change) {
    return new SimNode.Mutation() {
      @Override
      public Effect instead(Effect effect) {
        return change.apply(effect);
      }
    };
  }

  private static Message result(Message m, MessageType type, FsDlmStatus from, FsDlmStatus to) {
    return m instanceof Reply r && r.type() == type && r.result() == from
        ? new Reply(type, r.lkid(), to, r.sbFlags(), r.lvbSeq(), r.lvb())
        : m;
  }

  private static Message sbFlags(Message m, int remove) {
    return m instanceof Reply r
        ? new Reply(r.type(), r.lkid(), r.result(), r.sbFlags() & ~remove, r.lvbSeq(), r.lvb())
        : m;
  }

  private static LockState as(
      LockState s, LockState.Queue queue, LockMode mode, boolean lvbValid, boolean demoted) {
    return new LockState(
        s.lkid(),
        queue,
        mode,
        queue == LockState.Queue.GRANTED ? mode : s.wanted(),
        s.flags(),
        demoted,
        lvbValid,
        s.lvbSeq(),
        s.lvb(),
        s.name());
  }

  static Stream<Map.Entry<String, SimNode.Mutation>> mutations() {
    Map<String, SimNode.Mutation> all = new LinkedHashMap<>();
    locking(all);
    directory(all);
    recovery(all);
    return all.entrySet().stream();
  }

  private static void locking(Map<String, SimNode.Mutation> all) {
    all.put("holders are not asked to give way", effects(e -> e instanceof Effect.Bast ? null : e));
    all.put("a BAST is lost on the wire", arrives((at, m) -> m instanceof Bast ? null : m));
    all.put(
        "a writer's request is entered as a reader's",
        arrives(
            (at, m) ->
                m instanceof Request r && r.mode() == LockMode.EX
                    ? new Request(r.lkid(), LockMode.CR, r.flags(), r.name())
                    : m));
    all.put(
        "a down-conversion is lost",
        arrives((at, m) -> m instanceof Convert c && c.mode() == LockMode.NL ? null : m));
    all.put(
        "a down-conversion brings an old value block",
        arrives(
            (at, m) ->
                m instanceof Convert c && c.lvb() != null
                    ? new Convert(c.lkid(), c.mode(), c.flags(), old())
                    : m));
    all.put(
        "a queued conversion is reported as granted",
        arrives(
            (at, m) ->
                result(
                    m, MessageType.CONVERT_REPLY, FsDlmStatus.EINPROGRESS, FsDlmStatus.SUCCESS)));
    all.put(
        "a queued conversion is reported as refused",
        arrives(
            (at, m) ->
                result(m, MessageType.CONVERT_REPLY, FsDlmStatus.EINPROGRESS, FsDlmStatus.EAGAIN)));
    all.put(
        "a cancel that was done is reported as too late",
        arrives(
            (at, m) ->
                result(m, MessageType.CANCEL_REPLY, FsDlmStatus.ECANCEL, FsDlmStatus.SUCCESS)));
    all.put(
        "readers are not told that the value is invalid",
        arrives((at, m) -> sbFlags(m, Reply.VALNOTVALID)));
    all.put("holders are not told of demotion", arrives((at, m) -> sbFlags(m, Reply.DEMOTED)));
  }

  private static void directory(Map<String, SimNode.Mutation> all) {
    all.put(
        "everybody who asks is told to be the master",
        arrives((at, m) -> m instanceof LookupReply r ? new LookupReply(r.lkid(), at.number) : m));
    all.put(
        "a forgotten resource stays listed", arrives((at, m) -> m instanceof Remove ? null : m));
  }

  private static void recovery(Map<String, SimNode.Mutation> all) {
    all.put(
        "the directory is not told what is mastered",
        arrives((at, m) -> m instanceof NamesReply ? new NamesReply(0, true, List.of()) : m));
    all.put(
        "a barrier lets through who asks",
        arrives((at, m) -> m instanceof StatusReply ? new StatusReply(0xff) : m));
    all.put(
        "the new master forgets what a lock holds",
        arrives(
            (at, m) ->
                m instanceof LockState s && s.queue() == LockState.Queue.GRANTED
                    ? as(s, s.queue(), LockMode.NL, false, false)
                    : m));
    all.put(
        "the new master takes waiting for holding",
        arrives(
            (at, m) ->
                m instanceof LockState s && s.queue() == LockState.Queue.WAITING
                    ? as(s, LockState.Queue.GRANTED, s.mode(), false, false)
                    : m));
    all.put(
        "the new master trusts any value block",
        arrives(
            (at, m) ->
                m instanceof LockState s ? as(s, s.queue(), s.mode(), true, s.demoted()) : m));
    all.put(
        "everybody who asks is told to be the new master",
        arrives(
            (at, m) ->
                m instanceof MasterLookupReply r ? new MasterLookupReply(r.name(), at.number) : m));
    all.put(
        "a node that comes back counts as never gone",
        new SimNode.Mutation() {
          @Override
          public long told(long incarnation) {
            return 1;
          }
        });
  }

  private static byte[] old() {
    byte[] lvb = new byte[64];
    lvb[7] = 1;
    return lvb;
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void isNoticed(Map.Entry<String, SimNode.Mutation> mutation) {
    assertThat(firstFailure(mutation.getValue())).as(mutation.getKey()).isPositive();
  }

  /** Returns the first seed that fails, 0 if none does. */
  private static long firstFailure(SimNode.Mutation mutation) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        new Simulation(new SeededScheduler(seed, false), mutation).run();
      } catch (RuntimeException | AssertionError e) {
        return seed;
      }
    }
    return 0;
  }
}
