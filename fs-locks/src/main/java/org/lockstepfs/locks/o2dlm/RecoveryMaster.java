package org.lockstepfs.locks.o2dlm;

import java.util.Map;
import java.util.TreeMap;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.FinalizeReco;
import org.lockstepfs.locks.o2dlm.message.LockRequest;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;

/**
 * The recovery of one dead node, on the node that takes over all that it mastered: tell all others
 * of the death (of every death known here, so that no message of an older recovery can come late);
 * ask them for their locks; ask who masters what is in doubt; end in two stages; enter the locks.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_send_begin_reco_message, dlm_remaster_locks,
 * dlm_lockres_master_requery, dlm_send_finalize_reco_message.
 */
final class RecoveryMaster {
  private static final int EINVAL = -22;
  private static final int RETRY_MS = 100;

  private enum Phase {
    BEGINNING,
    COLLECTING,
    ASKING,
    STAGE_ONE,
    STAGE_TWO
  }

  /** How far another node has come. */
  private enum NodeState {
    /** It does not know of the recovery, or not of all deaths. */
    INIT,
    /** It is asked for its locks. */
    REQUESTING,
    /** It will send them. */
    REQUESTED,
    /** It sends them. */
    RECEIVING,
    /** It has sent them all. */
    DONE,
    /** It has answered the current stage of the end. */
    FINALIZE_SENT,
    /** It is gone. */
    DEAD
  }

  private static final class Survivor {
    NodeState state = NodeState.INIT;
    final NodeMap told = new NodeMap();
    int toldLast = Domain.NOBODY;

    /** A message to it has no status, or is to be repeated. */
    boolean busy;
  }

  private final Domain domain;
  private final Recovery recovery;
  private final int deadNode;
  private final Map<Integer, Survivor> survivors = new TreeMap<>();
  private final RecoveredLocks locks;
  private Phase phase = Phase.BEGINNING;
  private int onWire;
  private boolean yielding;

  RecoveryMaster(Domain domain, Recovery recovery, int deadNode) {
    this.domain = domain;
    this.recovery = recovery;
    this.deadNode = deadNode;
    this.locks = new RecoveredLocks(domain, deadNode);
  }

  boolean isOnItsWayHere(ResName name) {
    return locks.contains(name);
  }

  void begin() {
    domain.others().forEach(node -> survivors.put(node, new Survivor()));
    review();
  }

  /** Another node begins, too: the higher number gives way, once its own messages are answered. */
  boolean yieldsTo(int other) {
    return other < domain.self && yieldsToMaster();
  }

  boolean yieldsToMaster() {
    if (phase != Phase.BEGINNING) {
      return false;
    }
    yielding = true;
    if (onWire > 0) {
      return false;
    }
    recovery.yielded();
    return true;
  }

  /** A survivor left or died. */
  void memberGone(int node) {
    Survivor gone = survivors.get(node);
    if (gone != null) {
      gone.state = NodeState.DEAD;
    }
    review();
  }

  /** Does what is next when all living survivors have come far enough. */
  private void review() {
    switch (phase) {
      case BEGINNING -> {
        living(this::announce);
        if (!yielding && all(NodeState.INIT, false)) {
          collect();
        }
      }
      case COLLECTING -> {
        if (all(NodeState.DONE, true)) {
          phase = Phase.ASKING;
          locks.undecided().forEach(this::ask);
          review();
        }
      }
      case ASKING -> {
        if (locks.undecided().isEmpty()) {
          stage(Phase.STAGE_ONE);
        }
      }
      case STAGE_ONE -> {
        if (all(NodeState.FINALIZE_SENT, true)) {
          stage(Phase.STAGE_TWO);
        }
      }
      case STAGE_TWO -> {
        if (all(NodeState.FINALIZE_SENT, true)) {
          locks.enter();
          recovery.ended(deadNode);
        }
      }
    }
  }

  private boolean all(NodeState state, boolean wanted) {
    return survivors.values().stream()
        .allMatch(s -> s.state == NodeState.DEAD || (s.state == state) == wanted);
  }

  private interface Visit {
    void to(int node, Survivor survivor);
  }

  private void living(Visit visit) {
    survivors.forEach(
        (node, survivor) -> {
          if (survivor.state != NodeState.DEAD) {
            visit.to(node, survivor);
          }
        });
  }

  /** Tells a node of the next death that it has not heard of, and of the one to recover last. */
  private void announce(int node, Survivor survivor) {
    if (survivor.busy || yielding) {
      return;
    }
    int next =
        domain.dead.stream()
            .filter(dead -> dead != deadNode && !survivor.told.contains(dead))
            .findFirst()
            .orElse(deadNode);
    if (next == deadNode && survivor.toldLast == deadNode) {
      survivor.state = NodeState.REQUESTING;
      return;
    }
    survivor.state = NodeState.INIT;
    survivor.busy = true;
    onWire++;
    domain.send(
        node,
        new BeginReco(domain.self, next),
        status -> {
          if (status == 0) {
            survivor.told.add(next);
            survivor.toldLast = next;
          }
          begun(survivor, status == 0);
        },
        error -> begun(survivor, false));
  }

  private void begun(Survivor survivor, boolean accepted) {
    onWire--;
    if (yielding) {
      if (onWire == 0) {
        recovery.yielded();
      }
    } else if (accepted) {
      survivor.busy = false;
      review();
    } else {
      again(survivor, this::review);
    }
  }

  private void again(Survivor survivor, Runnable action) {
    domain.timers.after(
        RETRY_MS,
        () -> {
          survivor.busy = false;
          if (survivor.state != NodeState.DEAD && !yielding) {
            action.run();
          }
        });
  }

  private void collect() {
    phase = Phase.COLLECTING;
    recovery.allTold();
    recovery.settleTakeovers(deadNode);
    living(
        (node, survivor) -> {
          survivor.state = NodeState.REQUESTING;
          request(node, survivor);
        });
    review();
  }

  private void request(int node, Survivor survivor) {
    Runnable repeat = () -> request(node, survivor);
    domain.send(
        node,
        new LockRequest(domain.self, deadNode),
        status -> {
          if (status != 0) {
            again(survivor, repeat);
          } else if (survivor.state == NodeState.REQUESTING) {
            survivor.state = NodeState.REQUESTED;
          }
        },
        error -> again(survivor, repeat));
  }

  /** Handles MIG_LOCKRES of a recovery: 0, or negative to refuse. */
  int onLocks(int from, MigLockres message) {
    Survivor survivor = survivors.get(from);
    if (phase != Phase.COLLECTING || survivor == null || survivor.state == NodeState.DEAD) {
      return EINVAL;
    }
    for (MigratableLock sent : message.locks()) {
      if (sent.node() != from) {
        return EINVAL;
      }
    }
    survivor.state = NodeState.RECEIVING;
    locks.add(message);
    return 0;
  }

  /** Handles RECO_DATA_DONE. */
  int onDataDone(int from, int dead) {
    Survivor survivor = survivors.get(from);
    if (survivor == null || dead != deadNode || phase == Phase.BEGINNING) {
      return EINVAL;
    }
    if (phase == Phase.COLLECTING) {
      survivor.state = NodeState.DONE;
      review();
    }
    return 0;
  }

  /** Asks all survivors who masters a resource; the first that knows settles it. */
  private void ask(ResName name) {
    int[] left = {1};
    Runnable answered =
        () -> {
          if (--left[0] == 0) {
            locks.nobodyElseMasters(name);
          }
          review();
        };
    living(
        (node, survivor) -> {
          left[0]++;
          ask(node, survivor, name, answered);
        });
    domain.soon(answered);
  }

  private void ask(int node, Survivor survivor, ResName name, Runnable answered) {
    Message query = new MasterRequery(domain.self, name);
    domain.send(
        node,
        query,
        owner -> {
          if (owner != DlmLockRes.UNKNOWN && owner != deadNode) {
            locks.somebodyElseMasters(name);
          }
          answered.run();
        },
        error ->
            domain.timers.after(
                RETRY_MS,
                () -> {
                  if (survivor.state == NodeState.DEAD) {
                    answered.run();
                  } else {
                    ask(node, survivor, name, answered);
                  }
                }));
  }

  private void stage(Phase next) {
    phase = next;
    living(
        (node, survivor) -> {
          survivor.state = NodeState.DONE;
          end(node, survivor, next);
        });
    review();
  }

  private void end(int node, Survivor survivor, Phase stage) {
    Runnable repeat = () -> end(node, survivor, stage);
    domain.send(
        node,
        new FinalizeReco(domain.self, deadNode, stage == Phase.STAGE_TWO),
        status -> {
          if (status != 0) {
            again(survivor, repeat);
          } else if (survivor.state != NodeState.DEAD) {
            survivor.state = NodeState.FINALIZE_SENT;
            review();
          }
        },
        error -> again(survivor, repeat));
  }
}
