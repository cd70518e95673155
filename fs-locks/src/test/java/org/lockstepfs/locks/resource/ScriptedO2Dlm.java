package org.lockstepfs.locks.resource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.DlmFlags;
import org.lockstepfs.locks.o2dlm.DlmLock;
import org.lockstepfs.locks.o2dlm.DlmStatus;
import org.lockstepfs.locks.o2dlm.Effect;
import org.lockstepfs.locks.o2dlm.NodeMap;
import org.lockstepfs.locks.o2dlm.O2Dlm;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;

/** The lock manager of the o2cb stack under a script. */
final class ScriptedO2Dlm extends ScriptedCluster {
  private final Map<Integer, O2Dlm> engines = new TreeMap<>();
  private final Map<Client, DlmLock> locks = new HashMap<>();

  ScriptedO2Dlm(int nodes) {
    super(nodes);
    NodeMap live = NodeMap.of();
    for (int node = 1; node <= nodes; node++) {
      O2Dlm engine = new O2Dlm(new O2DlmConfig(node, "d", 1, 1, 0, List.of(), List.of()));
      for (O2Dlm member : engines.values()) {
        member.nodeUp(node);
      }
      live.add(node);
      engines.put(node, engine);
      engine.join(live.copy());
      settle();
    }
  }

  @Override
  void lock(Client client, LockMode mode, Set<Option> options) {
    O2Dlm engine = engines.get(client.node);
    locks.put(client, engine.lock(mode, flags(options), RESOURCE, client.lvb, client));
  }

  @Override
  void convert(Client client, LockMode mode, Set<Option> options) {
    engines.get(client.node).convert(locks.get(client), mode, flags(options));
  }

  @Override
  void unlock(Client client, Set<Option> options) {
    engines.get(client.node).unlock(locks.get(client), flags(options));
  }

  @Override
  void cancel(Client client) {
    engines.get(client.node).cancel(locks.get(client));
  }

  private static int flags(Set<Option> options) {
    return (options.contains(Option.NOQUEUE) ? DlmFlags.NOQUEUE : 0)
        | (options.contains(Option.LVB) ? DlmFlags.VALBLK : 0);
  }

  @Override
  void drain() {
    engines.forEach(
        (node, engine) -> {
          for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
            perform(node, effect);
          }
        });
  }

  private void perform(int node, Effect effect) {
    if (effect instanceof Effect.Send send) {
      send(() -> deliver(node, send));
    } else if (effect instanceof Effect.Ast ast) {
      if (ast.status() == DlmStatus.NORMAL) {
        holds(ast.lock().attachment(), ast.lock().mode());
      } else {
        boolean tried = ast.status() == DlmStatus.NOTQUEUED;
        ended(ast.lock().attachment(), tried ? "refused" : "ended " + ast.status());
      }
    } else if (effect instanceof Effect.Bast bast) {
      blocks(bast.lock().attachment(), bast.blocked());
    } else if (effect instanceof Effect.UnlockAst ast && ast.status() != DlmStatus.CANCELGRANT) {
      ended(ast.lock().attachment(), ast.cancel() ? "cancelled" : "gone");
    } else if (effect instanceof Effect.Fault) {
      throw new AssertionError(effect.toString());
    }
  }

  private void deliver(int from, Effect.Send send) {
    int status = engines.get(send.to()).onMessage(from, send.message());
    send(() -> engines.get(from).onReply(send.token(), status));
  }
}
