package org.lockstepfs.locks.o2dlm;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.FinalizeReco;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;

/** Rules of recovery, each broken on purpose, by what is wrong. */
public final class RecoveryMutations {
  private RecoveryMutations() {}

  private interface Down {
    void tell(O2Dlm engine, int node);
  }

  private interface Delivery {
    int deliver(O2Dlm engine, int from, Message message);
  }

  private static Mutation down(Down change) {
    return new Mutation() {
      @Override
      public void nodeDown(O2Dlm engine, int node) {
        change.tell(engine, node);
      }
    };
  }

  private static Mutation delivered(Delivery change) {
    return new Mutation() {
      @Override
      public int deliver(O2Dlm engine, int from, Message message) {
        return change.deliver(engine, from, message);
      }
    };
  }

  private static Mutation answered(BiFunction<Message, Integer, Integer> change) {
    return new Mutation() {
      @Override
      public int instead(Message request, int status) {
        return change.apply(request, status);
      }
    };
  }

  /** Returns all of them. */
  public static Map<String, Mutation> all() {
    Map<String, Mutation> all = new LinkedHashMap<>();
    all.put(
        "the file system does not hear of a death before recovery",
        new Mutation() {
          @Override
          public Effect instead(Effect effect) {
            return effect instanceof Effect.Evicted ? null : effect;
          }
        });
    all.put("the end comes in one stage", delivered(RecoveryMutations::endAtOnce));
    all.put(
        "a recovery counts as complete when its master dies after the first stage",
        down(RecoveryMutations::completeAfterStageOne));
    all.put(
        "another recovery may begin between the two stages, and is not heard",
        answered((m, status) -> m instanceof BeginReco && status == -11 ? 0 : status));
    all.put("the value block of a dead writer is trusted", down(RecoveryMutations::trustValues));
    all.put(
        "what a dead node held is granted before all know of the death",
        down(RecoveryMutations::grantAtOnce));
    all.put("the locks of a dead node are kept", down((e, n) -> keepLocks(e, n, false)));
    all.put("a dead node keeps the recovery lock", down((e, n) -> keepLocks(e, n, true)));
    all.put(
        "a survivor's locks get lost on the way to the new master",
        delivered((e, from, m) -> isRecovery(m) ? 0 : e.onMessage(from, m)));
    all.put(
        "who waits for recovery denies to know the resource",
        answered(
            (m, status) ->
                m instanceof MasterRequest && status == MasterResponse.ERROR.ordinal()
                    ? MasterResponse.NO.ordinal()
                    : status));
    all.put("a node may join in a recovery", delivered(RecoveryMutations::letIn));
    return all;
  }

  private static boolean isRecovery(Message message) {
    return message instanceof MigLockres r && (r.flags() & MigLockres.RECOVERY) != 0;
  }

  private static int endAtOnce(O2Dlm engine, int from, Message message) {
    int status = engine.onMessage(from, message);
    if (message instanceof FinalizeReco f && !f.stageTwo() && status == 0) {
      engine.onMessage(from, new FinalizeReco(f.node(), f.deadNode(), true));
      // A join is what makes a survivor forget it.
      engine.inspect().recovery.memberJoined();
    }
    return status;
  }

  private static void completeAfterStageOne(O2Dlm engine, int node) {
    for (int dead : engine.inspect().dead.stream().toArray()) {
      engine.onMessage(node, new FinalizeReco(node, dead, true));
    }
    engine.inspect().recovery.memberJoined();
    engine.nodeDown(node);
  }

  private static void trustValues(O2Dlm engine, int node) {
    Map<DlmLockRes, byte[]> values = new HashMap<>();
    mastered(engine).forEach(res -> values.put(res, res.lvb()));
    engine.nodeDown(node);
    values.forEach(DlmLockRes::putLvb);
  }

  private static void grantAtOnce(O2Dlm engine, int node) {
    engine.nodeDown(node);
    for (DlmLockRes res : mastered(engine)) {
      if (res.has(ResState.RECOVERY_WAITING)) {
        res.stopWaitingForRecovery();
        engine.inspect().wake(res);
        engine.inspect().kick(res);
      }
    }
  }

  private static void keepLocks(O2Dlm engine, int node, boolean recoveryLock) {
    Map<DlmLock, DlmLockRes> kept = new HashMap<>();
    for (DlmLockRes res : mastered(engine)) {
      for (DlmLock lock : res.granted) {
        if (lock.node == node && res.name.equals(ResName.RECOVERY) == recoveryLock) {
          kept.put(lock, res);
        }
      }
    }
    engine.nodeDown(node);
    kept.forEach((lock, res) -> res.granted.moveToTail(lock));
  }

  private static List<DlmLockRes> mastered(O2Dlm engine) {
    Domain domain = engine.inspect();
    return domain.resources.values().stream().filter(res -> res.owner == domain.self).toList();
  }

  private static int letIn(O2Dlm engine, int from, Message message) {
    NodeMap dead = engine.inspect().dead;
    NodeMap saved = dead.copy();
    boolean joining = message instanceof QueryJoin || message instanceof AssertJoined;
    if (!joining) {
      return engine.onMessage(from, message);
    }
    dead.clear();
    int status = engine.onMessage(from, message);
    dead.set(saved);
    return status;
  }
}
