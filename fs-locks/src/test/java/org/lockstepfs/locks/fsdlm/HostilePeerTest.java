package org.lockstepfs.locks.fsdlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * A peer that sends well-formed nonsense, also in the middle of recoveries: the engine does not
 * throw, and a resource that it mastered before grants nothing incompatible.
 */
class HostilePeerTest {
  private static final ResName OWN = ResName.of("own");
  private static final LockMode[] MODES = LockMode.values();

  @Test
  void nonsenseIsHarmless() {
    for (int seed = 1; seed <= 1500; seed++) {
      attack(new SampleMessages(seed));
    }
  }

  private static void attack(SampleMessages samples) {
    FsDlm engine = new FsDlm(new FsDlmConfig(1, 1, "d"));
    engine.start(1, List.of(new Member(1, 1)));
    Lkb own = engine.lock(LockMode.PR, 0, OWN, Lvb.empty(), null);
    assertThat(own.isIdle()).isTrue();
    int seq = 1;
    for (int i = 1; i < 150; i++) {
      if (samples.below(30) == 0) {
        seq++;
        engine.start(seq, List.of(new Member(1, 1), new Member(2, 1 + samples.below(2))));
      }
      if (samples.below(6) == 0) {
        engine.onMessage(2, new Envelope(seq, new StatusReply(0xff)));
      }
      call(engine, own, samples);
      engine.onMessage(2, new Envelope(seq - samples.below(2), samples.any()));
      engine.tick(i * 50L);
      drain(engine);
      if (engine.isRunning()) {
        grantsAreCompatible(engine.inspect().resources.get(OWN));
      }
    }
  }

  private static void call(FsDlm engine, Lkb own, SampleMessages samples) {
    ResName other = ResName.of("r" + samples.below(4));
    switch (samples.below(6)) {
      case 0 -> engine.lock(MODES[samples.below(6)], Lkf.VALBLK, other, Lvb.empty(), null);
      case 1 -> engine.convert(own, MODES[samples.below(6)], Lkf.NODLCKWT);
      case 2 -> engine.cancel(own);
      case 3 -> {
        for (Lkb lock : List.copyOf(engine.inspect().locks.values())) {
          if (lock != own && samples.below(3) == 0) {
            engine.unlock(lock, samples.below(2) * Lkf.FORCEUNLOCK);
          }
        }
      }
      default -> {}
    }
  }

  private static void drain(FsDlm engine) {
    for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
      assertThat(effect).isNotInstanceOf(Effect.Fault.class);
    }
  }

  private static void grantsAreCompatible(Rsb res) {
    for (Lkb one : res.granted) {
      for (Lkb other : res.granted) {
        assertThat(one == other || one.mode().compatibleWith(other.mode())).as("%s", res).isTrue();
      }
    }
  }
}
