package org.lockstepfs.locks.resource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.lockstepfs.locks.fsdlm.Effect;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.FsDlmConfig;
import org.lockstepfs.locks.fsdlm.FsDlmStatus;
import org.lockstepfs.locks.fsdlm.Lkb;
import org.lockstepfs.locks.fsdlm.Lkf;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.locks.mode.LockMode;

/** The lock manager of the user stack under a script, called as its stack calls it. */
final class ScriptedFsDlm extends ScriptedCluster {
  private final Map<Integer, FsDlm> engines = new TreeMap<>();
  private final Map<Client, Lkb> locks = new HashMap<>();

  ScriptedFsDlm(int nodes) {
    super(nodes);
    List<Member> members =
        IntStream.rangeClosed(1, nodes).mapToObj(node -> new Member(node, 1)).toList();
    for (int node = 1; node <= nodes; node++) {
      engines.put(node, new FsDlm(new FsDlmConfig(node, 1, "d")));
    }
    engines.values().forEach(engine -> engine.start(1, members));
    settle();
    if (!engines.values().stream().allMatch(FsDlm::isRunning)) {
      throw new AssertionError("the lockspace does not start");
    }
  }

  @Override
  void lock(Client client, LockMode mode, Set<Option> options) {
    FsDlm engine = engines.get(client.node);
    locks.put(client, engine.lock(mode, flags(options), RESOURCE, client.lvb, client));
  }

  @Override
  void convert(Client client, LockMode mode, Set<Option> options) {
    begun(engines.get(client.node).convert(locks.get(client), mode, flags(options)));
  }

  @Override
  void unlock(Client client, Set<Option> options) {
    int flags = options.contains(Option.LVB) ? Lkf.VALBLK : 0;
    begun(engines.get(client.node).unlock(locks.get(client), flags));
  }

  @Override
  void cancel(Client client) {
    begun(engines.get(client.node).cancel(locks.get(client)));
  }

  /** The file system resolves deadlocks of conversions by itself. */
  private static int flags(Set<Option> options) {
    return Lkf.NODLCKWT
        | (options.contains(Option.NOQUEUE) ? Lkf.NOQUEUE : 0)
        | (options.contains(Option.LVB) ? Lkf.VALBLK : 0);
  }

  private static void begun(FsDlmStatus status) {
    if (status != FsDlmStatus.SUCCESS) {
      throw new AssertionError("refused with " + status);
    }
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
      send(() -> engines.get(send.to()).onMessage(node, send.envelope()));
    } else if (effect instanceof Effect.Ast ast) {
      Object client = ast.lock().attachment();
      switch (ast.status()) {
        case SUCCESS -> holds(client, ast.mode());
        case EAGAIN -> ended(client, "refused");
        case ECANCEL -> ended(client, "cancelled");
        case EUNLOCK -> ended(client, "gone");
        default -> ended(client, "ended " + ast.status());
      }
    } else if (effect instanceof Effect.Bast bast) {
      blocks(bast.lock().attachment(), bast.blocked());
    } else if (effect instanceof Effect.Fault) {
      throw new AssertionError(effect.toString());
    }
  }
}
