package org.lockstepfs.locks.fsdlm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Many clients of one engine that convert their locks among all six modes at random, without a
 * pause. Who is asked to give way does so soon; who waits when its turn comes has its conversion
 * cancelled and begins another.
 */
final class ConversionStorm {
  private static final int RESOURCES = 64;
  private static final int CLIENTS_OF_A_RESOURCE = 8;
  private static final int GIVES_WAY_ONE_IN = 8;
  private static final LockMode[] MODES = LockMode.values();
  private static final int[] UP_FLAGS = {
    0, Lkf.VALBLK, Lkf.QUECVT, Lkf.CONVDEADLK, Lkf.VALBLK | Lkf.NODLCKWT, Lkf.VALBLK | Lkf.NOQUEUE
  };

  private static final class Client {
    final byte[] lvb = Lvb.empty();
    Lkb lock;
    boolean waits;
    boolean asked;
  }

  private final FsDlm engine = new FsDlm(new FsDlmConfig(1, 1, "storm"));
  private final List<Client> clients = new ArrayList<>();
  private final Queue<Client> asked = new ArrayDeque<>();
  private final Map<FsDlmStatus, Long> ended = new EnumMap<>(FsDlmStatus.class);
  private final Random random;

  ConversionStorm(long seed) {
    random = new Random(seed);
    engine.start(1, List.of(new Member(1, 1)));
    for (int i = 0; i < RESOURCES * CLIENTS_OF_A_RESOURCE; i++) {
      Client client = new Client();
      client.waits = true;
      client.lock =
          engine.lock(LockMode.NL, 0, ResName.of("R" + i % RESOURCES), client.lvb, client);
      clients.add(client);
    }
    drain();
    ended.clear();
  }

  /** Begins one conversion, and lets everything happen that it makes possible. */
  void convertOne() {
    Client client = random.nextInt(GIVES_WAY_ONE_IN) == 0 ? asked.poll() : null;
    boolean givesWay = client != null;
    if (client == null) {
      client = clients.get(random.nextInt(clients.size()));
    }
    client.asked = false;
    if (client.waits) {
      engine.cancel(client.lock);
      drain();
    }
    LockMode wanted = givesWay ? LockMode.NL : MODES[random.nextInt(MODES.length)];
    boolean up = wanted.strongerThan(client.lock.mode());
    int flags = up ? UP_FLAGS[random.nextInt(UP_FLAGS.length)] : Lkf.VALBLK;
    client.waits = true;
    if (engine.convert(client.lock, wanted, flags) != FsDlmStatus.SUCCESS) {
      throw new IllegalStateException("the engine refuses to convert " + client.lock);
    }
    drain();
  }

  private void drain() {
    for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
      if (effect instanceof Effect.Ast ast) {
        ((Client) ast.lock().attachment()).waits = false;
        ended.merge(ast.status(), 1L, Long::sum);
      } else if (effect instanceof Effect.Bast bast) {
        Client client = (Client) bast.lock().attachment();
        if (!client.asked) {
          client.asked = true;
          asked.add(client);
        }
      } else if (effect instanceof Effect.Fault fault) {
        throw new IllegalStateException(fault.reason());
      }
    }
  }

  /** Returns how many conversions have ended so. */
  long ended(FsDlmStatus status) {
    return ended.getOrDefault(status, 0L);
  }

  /** Returns how many clients wait now. */
  long waiting() {
    return clients.stream().filter(client -> client.waits).count();
  }
}
