package org.lockstepfs.locks.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.FsDlmConfig;
import org.lockstepfs.locks.fsdlm.Lkb;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.DlmLock;
import org.lockstepfs.locks.o2dlm.DlmStatus;
import org.lockstepfs.locks.o2dlm.NodeMap;
import org.lockstepfs.locks.o2dlm.O2Dlm;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.locks.o2dlm.ResName;

/** Either lock manager on a node that is alone, as a script of granting sees it. */
interface LoneMaster {
  ResName RESOURCE = ResName.of("R");

  void lock(String label, LockMode mode);

  void convert(String label, LockMode mode);

  void unlock(String label);

  void cancel(String label);

  /** Returns what has ended since the last call: {@code LABEL holds MODE}, cancelled, gone. */
  List<String> events();

  /** The lock manager of the o2cb stack. */
  final class O2 implements LoneMaster {
    private final O2Dlm engine = new O2Dlm(new O2DlmConfig(1, "d", 1, 1, 0, List.of(), List.of()));
    private final Map<String, DlmLock> locks = new HashMap<>();

    O2() {
      engine.join(NodeMap.of(1));
      events();
    }

    @Override
    public void lock(String label, LockMode mode) {
      locks.put(label, engine.lock(mode, 0, RESOURCE, Lvb.empty(), label));
    }

    @Override
    public void convert(String label, LockMode mode) {
      engine.convert(locks.get(label), mode, 0);
    }

    @Override
    public void unlock(String label) {
      engine.unlock(locks.get(label), 0);
    }

    @Override
    public void cancel(String label) {
      engine.cancel(locks.get(label));
    }

    @Override
    public List<String> events() {
      List<String> events = new ArrayList<>();
      for (var effect = engine.poll(); effect != null; effect = engine.poll()) {
        if (effect instanceof org.lockstepfs.locks.o2dlm.Effect.Ast ast) {
          boolean granted = ast.status() == DlmStatus.NORMAL;
          String what = granted ? " holds " + ast.lock().mode() : " ended " + ast.status();
          events.add(ast.lock().attachment() + what);
        } else if (effect instanceof org.lockstepfs.locks.o2dlm.Effect.UnlockAst ast) {
          events.add(ast.lock().attachment() + (ast.cancel() ? " cancelled" : " gone"));
        }
      }
      return events;
    }
  }

  /** The lock manager of the user stack. */
  final class Fs implements LoneMaster {
    private final FsDlm engine = new FsDlm(new FsDlmConfig(1, 1, "d"));
    private final Map<String, Lkb> locks = new HashMap<>();

    Fs() {
      engine.start(1, List.of(new Member(1, 1)));
      events();
    }

    @Override
    public void lock(String label, LockMode mode) {
      locks.put(label, engine.lock(mode, 0, RESOURCE, Lvb.empty(), label));
    }

    @Override
    public void convert(String label, LockMode mode) {
      engine.convert(locks.get(label), mode, 0);
    }

    @Override
    public void unlock(String label) {
      engine.unlock(locks.get(label), 0);
    }

    @Override
    public void cancel(String label) {
      engine.cancel(locks.get(label));
    }

    @Override
    public List<String> events() {
      List<String> events = new ArrayList<>();
      for (var effect = engine.poll(); effect != null; effect = engine.poll()) {
        if (effect instanceof org.lockstepfs.locks.fsdlm.Effect.Ast ast) {
          events.add(
              ast.lock().attachment()
                  + switch (ast.status()) {
                    case SUCCESS -> " holds " + ast.mode();
                    case ECANCEL -> " cancelled";
                    case EUNLOCK -> " gone";
                    default -> " ended " + ast.status();
                  });
        }
      }
      return events;
    }
  }
}
