package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.Effect;
import org.lockstepfs.locks.o2dlm.Mutation;
import org.lockstepfs.locks.o2dlm.RecoveryMutations;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.stack.sim.Sabotage;

/** Rules of the whole, each broken on purpose, by what is wrong. */
final class BrokenRules {
  private BrokenRules() {}

  static Map<String, Rules> all() {
    Map<String, Rules> all = new LinkedHashMap<>();
    fileSystem(all);
    recovery(all);
    joining(all);
    locks(all);
    stack(all);
    for (String reused :
        List.of(
            "the end comes in one stage",
            "the value block of a dead writer is trusted",
            "the locks of a dead node are kept",
            "a survivor's locks get lost on the way to the new master",
            "the file system does not hear of a death before recovery")) {
      Mutation mutation = RecoveryMutations.all().get(reused);
      all.put("o2dlm: " + reused, dlm(mutation));
    }
    return all;
  }

  private static void fileSystem(Map<String, Rules> all) {
    all.put(
        "a lock goes before the checkpoint",
        new Rules() {
          @Override
          boolean checkpointsBeforeDownconvert() {
            return false;
          }
        });
    all.put(
        "a checkpoint leaves its transactions in the journal",
        new Rules() {
          @Override
          boolean checkpointEmptiesJournal() {
            return false;
          }
        });
    all.put(
        "the value block is written once only",
        new Rules() {
          @Override
          boolean refreshesValueBlock() {
            return false;
          }
        });
    all.put(
        "fsync does not wait for the commit",
        new Rules() {
          @Override
          boolean fsyncWaits() {
            return false;
          }
        });
    all.put(
        "a cancel is sent while the call is pending",
        new Rules() {
          @Override
          boolean knowsPending() {
            return false;
          }
        });
    all.put(
        "a waiter is forgotten",
        new Rules() {
          @Override
          boolean wakesWaiters() {
            return false;
          }
        });
    all.put(
        "a slot is taken that is not free",
        new Rules() {
          @Override
          boolean slotMustBeFree() {
            return false;
          }
        });
  }

  private static void recovery(Map<String, Rules> all) {
    all.put(
        "what a dead node changed is read before the replay",
        new Rules() {
          @Override
          boolean waitsForRecovery() {
            return false;
          }
        });
    all.put(
        "those who wait for the replay go on before it",
        new Rules() {
          @Override
          boolean replaysBeforeLettingGo() {
            return false;
          }
        });
    all.put(
        "the eviction callback comes after recovery",
        new Rules() {
          @Override
          long evictionDelayMs() {
            return 2_000;
          }
        });
    all.put(
        "recovery does not take the super lock",
        new Rules() {
          @Override
          boolean recoveryTakesSuperLock() {
            return false;
          }
        });
    all.put(
        "recovery does not lock the journal",
        new Rules() {
          @Override
          boolean recoveryTakesJournalLock() {
            return false;
          }
        });
    all.put(
        "a slot that was recovered counts as recovered when it dies again",
        new Rules() {
          @Override
          boolean notesRecoveries() {
            return false;
          }
        });
    all.put(
        "a node that comes back does not replay its own journal",
        new Rules() {
          @Override
          boolean mountReplaysOwnJournal() {
            return false;
          }
        });
  }

  private static void joining(Map<String, Rules> all) {
    all.put(
        "a node joins beside a silent one that may go on",
        new Rules() {
          @Override
          boolean silentMemberStopsJoin() {
            return false;
          }

          @Override
          long firstSeed() {
            return 160;
          }
        });
    all.put(
        "a joiner sees a new life before the members do",
        new Rules() {
          @Override
          boolean joinerSeesWhatMembersSee() {
            return false;
          }

          @Override
          long firstSeed() {
            return 1130;
          }
        });
  }

  private static void locks(Map<String, Rules> all) {
    all.put("holders are not asked to give way", dlm(effects(Effect.Bast.class)));
    all.put(
        "a writer's request is granted as a reader's",
        dlm(
            new Mutation() {
              @Override
              public Effect instead(Effect effect) {
                return effect instanceof Effect.Send s && s.message() instanceof CreateLock c
                    ? new Effect.Send(s.to(), asReader(c), s.token())
                    : effect;
              }
            }));
    all.put(
        "a dead node keeps its byte ranges",
        new Rules() {
          @Override
          PlockView view(PlockView old, PlockView next) {
            List<PlockMember> members = new ArrayList<>();
            for (int n : next.nodes()) {
              members.add(next.member(n));
            }
            for (int n : old == null ? new int[0] : old.nodes()) {
              if (next.member(n) == null) {
                members.add(old.member(n));
              }
            }
            return new PlockView(members);
          }
        });
    all.put(
        "a number of a former life is used again",
        new Rules() {
          @Override
          boolean newIncarnation() {
            return false;
          }
        });
  }

  private static void stack(Map<String, Rules> all) {
    for (Sabotage sabotage :
        List.of(
            Sabotage.NO_GUARD,
            Sabotage.NO_QUORUM,
            Sabotage.SLOW_FENCE_CLOCK,
            Sabotage.FENCE_CLOCK_STOPS)) {
      all.put(
          "stack: " + sabotage,
          new Rules() {
            @Override
            Sabotage stack() {
              return sabotage;
            }
          });
    }
    all.put(
        "a node speaks when its deadline has passed",
        new Rules() {
          @Override
          boolean lateNodesAreSilent() {
            return false;
          }

          @Override
          long firstSeed() {
            return 19_698;
          }
        });
    all.put(
        "a silent link counts as a death",
        new Rules() {
          @Override
          boolean silenceIsNoDeath() {
            return false;
          }
        });
  }

  private static Rules dlm(Mutation mutation) {
    return new Rules() {
      @Override
      Mutation dlm() {
        return mutation;
      }
    };
  }

  private static Mutation effects(Class<? extends Effect> lost) {
    return new Mutation() {
      @Override
      public Effect instead(Effect effect) {
        return lost.isInstance(effect) ? null : effect;
      }
    };
  }

  private static Message asReader(CreateLock c) {
    return c.mode() == LockMode.EX
        ? new CreateLock(c.cookie(), c.flags(), c.node(), LockMode.PR, c.name())
        : c;
  }
}
