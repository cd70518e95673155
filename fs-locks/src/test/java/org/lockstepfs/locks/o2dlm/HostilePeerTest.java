package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.DerefLockres;
import org.lockstepfs.locks.o2dlm.message.DerefLockresDone;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;
import org.lockstepfs.locks.o2dlm.message.MigrateRequest;
import org.lockstepfs.locks.o2dlm.message.ProxyAst;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;

/**
 * A peer that sends well-formed nonsense gets answers; the engine neither throws nor grants twice.
 */
class HostilePeerTest {
  private static final int PEER = 2;

  /** The peer moves this one here with whatever locks it likes; it was the master. */
  private static final ResName GIVEN = ResName.of("r3");

  private static final List<LockMode> MODES = List.of(LockMode.NL, LockMode.PR, LockMode.EX);

  @Test
  void anythingIsAnswered() {
    for (int seed = 1; seed <= 300; seed++) {
      attack(new SplittableRandom(seed));
    }
  }

  private static void attack(SplittableRandom random) {
    O2Dlm engine = new O2Dlm(new O2DlmConfig(1, "d", 1, 1, 0, List.of(), List.of()));
    engine.join(NodeMap.of(1));
    engine.nodeUp(PEER);
    engine.onMessage(PEER, new QueryJoin(PEER, 1, 3, 1, 0, "d", NodeMap.of(1, PEER)));
    engine.onMessage(PEER, new AssertJoined(PEER, "d"));
    assertThat(engine.members()).isEqualTo(NodeMap.of(1, PEER));
    engine.lock(LockMode.EX, 0, ResName.of("r0"), Lvb.empty(), null);
    for (int i = 1; i < 60; i++) {
      engine.tick(i * 100L);
      engine.onMessage(PEER, message(random));
      for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
        if (effect instanceof Effect.Send send && random.nextInt(3) > 0) {
          engine.onReply(send.token(), random.nextInt(-22, 42));
        }
      }
      engine.inspect().resources.values().stream()
          .filter(res -> !res.name.equals(GIVEN))
          .forEach(HostilePeerTest::grantsAreCompatible);
    }
    engine.nodeDown(PEER);
  }

  private static void grantsAreCompatible(DlmLockRes res) {
    for (DlmLock one : res.granted) {
      for (DlmLock other : res.granted) {
        boolean master = res.owner == 1 && !res.isBusy();
        assertThat(one == other || !master || one.mode().compatibleWith(other.mode()))
            .as("%s", res)
            .isTrue();
      }
    }
  }

  private static Message message(SplittableRandom random) {
    ResName name = ResName.of("r" + random.nextInt(4));
    long cookie = random.nextInt(3) + (random.nextBoolean() ? 1L << 56 : 0);
    LockMode mode = MODES.get(random.nextInt(3));
    byte[] lvb = random.nextBoolean() ? Lvb.empty() : null;
    int put = lvb == null ? 0 : DlmFlags.PUT_LVB | DlmFlags.VALBLK;
    return switch (random.nextInt(12)) {
      case 0 -> new MasterRequest(PEER, name);
      case 1 -> new AssertMaster(PEER, name, random.nextInt(8));
      case 2 -> new CreateLock(cookie, random.nextInt(2) * DlmFlags.NOQUEUE, PEER, mode, name);
      case 3 -> new ConvertLock(cookie, put, PEER, mode, name, lvb);
      case 4 -> new UnlockLock(cookie, lvb == null ? DlmFlags.CANCEL : put, PEER, name, lvb);
      case 5 ->
          new ProxyAst(
              cookie,
              lvb == null ? 0 : DlmFlags.GET_LVB,
              PEER,
              random.nextBoolean(),
              mode,
              name,
              lvb);
      case 6 -> new DerefLockres(PEER, name);
      case 7 -> new DerefLockresDone(PEER, name);
      case 8 -> new MigrateRequest(3, PEER, name);
      case 9 -> migration(random, cookie, mode);
      case 10 -> new BeginReco(PEER, 3);
      default -> new MasterRequery(PEER, name);
    };
  }

  private static Message migration(SplittableRandom random, long c, LockMode mode) {
    MigratableLock lock =
        random.nextBoolean()
            ? MigratableLock.placeholder(random.nextInt(255))
            : new MigratableLock(c, QueueIndex.GRANTED, 0, mode, null, null, 1 + random.nextInt(3));
    int flags = MigLockres.MIGRATION | random.nextInt(2) * MigLockres.ALL_DONE;
    return new MigLockres(PEER, flags, 1, 0, GIVEN, Lvb.empty(), List.of(lock));
  }
}
