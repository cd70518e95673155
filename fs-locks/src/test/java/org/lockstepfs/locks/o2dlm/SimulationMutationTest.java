package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.sim.SeededScheduler;

/** The simulation notices rules that are broken on purpose, each within a few hundred seeds. */
class SimulationMutationTest {
  private static final int SEEDS = 400;

  private static Mutation sent(UnaryOperator<Message> change) {
    return new Mutation() {
      @Override
      public Effect instead(Effect effect) {
        return effect instanceof Effect.Send send
            ? new Effect.Send(send.to(), change.apply(send.message()), send.token())
            : effect;
      }
    };
  }

  private interface StatusChange {
    int apply(Message request, int status);
  }

  private static Mutation answered(StatusChange change) {
    return new Mutation() {
      @Override
      public int instead(Message request, int status) {
        return change.apply(request, status);
      }
    };
  }

  static Stream<Map.Entry<String, Mutation>> mutations() {
    Map<String, Mutation> all = new LinkedHashMap<>();
    all.put(
        "holders are not asked to give way",
        new Mutation() {
          @Override
          public Effect instead(Effect effect) {
            return effect instanceof Effect.Bast ? null : effect;
          }
        });
    all.put(
        "a writer's request is entered as a reader's",
        sent(
            m ->
                m instanceof CreateLock c && c.mode() == LockMode.EX
                    ? new CreateLock(c.cookie(), c.flags(), c.node(), LockMode.PR, c.name())
                    : m));
    all.put(
        "a down-conversion brings an old value block",
        sent(
            m ->
                m instanceof ConvertLock c && c.lvb() != null
                    ? new ConvertLock(c.cookie(), c.flags(), c.node(), c.mode(), c.name(), old())
                    : m));
    all.put(
        "the master denies that it is",
        answered(
            (m, status) ->
                m instanceof MasterRequest && status == MasterResponse.YES.ordinal()
                    ? MasterResponse.NO.ordinal()
                    : status));
    all.put(
        "nobody tells the master of its reference",
        answered(
            (m, status) ->
                m instanceof AssertMaster ? status & ~AssertMaster.RESPONSE_MASTERY_REF : status));
    all.put(
        "a queued conversion is reported as refused",
        answered(
            (m, status) ->
                m instanceof ConvertLock && status == DlmStatus.NORMAL.wire()
                    ? DlmStatus.NOTQUEUED.wire()
                    : status));
    all.put(
        "a migration forgets one lock",
        sent(
            m ->
                m instanceof MigLockres r && r.totalLocks() > 1
                    ? new MigLockres(
                        r.master(),
                        r.flags(),
                        r.totalLocks() - 1,
                        r.migCookie(),
                        r.name(),
                        r.lvb(),
                        r.locks().subList(1, r.locks().size()))
                    : m));
    return all.entrySet().stream();
  }

  private static byte[] old() {
    byte[] lvb = Lvb.empty();
    lvb[7] = 1;
    return lvb;
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void isNoticed(Map.Entry<String, Mutation> mutation) {
    assertThat(firstFailure(mutation.getValue())).as(mutation.getKey()).isPositive();
  }

  /** Returns the first seed that fails, 0 if none does. */
  private static long firstFailure(Mutation mutation) {
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
