package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.DlmLock;
import org.lockstepfs.locks.o2dlm.O2Dlm;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.o2dlm.SimInvariants;
import org.lockstepfs.stack.sim.DiskHeart;
import org.lockstepfs.stack.sim.Heart;
import org.lockstepfs.stack.sim.SimNode;
import org.lockstepfs.stack.user.SteppedUserDomain;

/** Which lock manager the nodes of a run have, and how they know who lives. */
enum LockStack {
  /** o2dlm. */
  O2CB(1_000) {
    @Override
    Map<String, Rules> brokenRules() {
      return BrokenRules.all();
    }

    @Override
    LockDomain domain(Life life) {
      return new O2LockDomain(life);
    }

    private List<O2Dlm> engines(List<LockDomain> domains) {
      return domains.stream()
          .map(domain -> ((O2LockDomain) domain).engine())
          .filter(Objects::nonNull)
          .toList();
    }

    @Override
    void oneMaster(List<LockDomain> domains, ResName name) {
      SimInvariants.oneMaster(engines(domains), name);
    }

    @Override
    void checkAtRest(List<Life> up, ResName name, Function<Life, SteppedLock> locks) {
      List<SimInvariants.Held> held = new ArrayList<>();
      for (Life life : up) {
        SteppedLock lock = locks.apply(life);
        if (lock.handle() != null) {
          held.add(new SimInvariants.Held(life.number, (DlmLock) lock.handle(), lock.relied()));
        }
      }
      List<LockDomain> domains = up.stream().map(life -> life.domain).toList();
      SimInvariants.checkAtRest(engines(domains), name, held);
    }
  },

  /** fsdlm and its control daemon, by heartbeats on the disk. */
  USER(300) {
    @Override
    Map<String, Rules> brokenRules() {
      return UserBrokenRules.all();
    }
  },

  /** fsdlm and its control daemon, by votes, in half of the runs with fence agents. */
  VOTES(60) {
    @Override
    Map<String, Rules> brokenRules() {
      return VotesBrokenRules.all();
    }

    @Override
    Heart heart(SimNode node) {
      return new VotesHeart(node);
    }
  };

  private final int seeds;

  LockStack(int seeds) {
    this.seeds = seeds;
  }

  /** Returns how many seeds the build runs. */
  int seeds() {
    return seeds;
  }

  /** Returns whether the lock manager is fsdlm. */
  boolean isUser() {
    return this != O2CB;
  }

  /** Returns whether nodes know of each other by votes. */
  boolean byVotes() {
    return this == VOTES;
  }

  /** Returns rules that its simulation sees broken, by what is wrong. */
  abstract Map<String, Rules> brokenRules();

  /** Makes the heart of a node's life. */
  Heart heart(SimNode node) {
    return new DiskHeart(node);
  }

  /** Makes the domain of a node's life. */
  LockDomain domain(Life life) {
    return new UserLockDomain(life);
  }

  /** One node at most acts as master of a resource. */
  void oneMaster(List<LockDomain> domains, ResName name) {
    UserChecks.oneMaster(domains, name);
  }

  /** When all is quiet, masters know exactly the locks that their holders have. */
  void checkAtRest(List<Life> up, ResName name, Function<Life, SteppedLock> locks) {
    UserChecks.atRest(up, name, locks);
  }

  /** Checks of fsdlm. */
  private static final class UserChecks {
    private static List<FsDlm> engines(List<LockDomain> domains) {
      return domains.stream()
          .map(domain -> ((UserLockDomain) domain).engine())
          .filter(Objects::nonNull)
          .toList();
    }

    static void oneMaster(List<LockDomain> domains, ResName name) {
      org.lockstepfs.locks.fsdlm.SimInvariants.oneMaster(engines(domains), name);
    }

    static void atRest(List<Life> up, ResName name, Function<Life, SteppedLock> locks) {
      for (Life life : up) {
        SteppedLock lock = locks.apply(life);
        LockMode granted = SteppedUserDomain.granted(lock.lksb());
        if (SteppedUserDomain.isKnown(lock.lksb()) && granted != lock.relied()) {
          throw new AssertionError(
              "node "
                  + life.number
                  + " relies on "
                  + lock.relied()
                  + ", has "
                  + granted
                  + ": "
                  + lock);
        }
      }
      List<LockDomain> domains = up.stream().map(life -> life.domain).toList();
      org.lockstepfs.locks.fsdlm.SimInvariants.recordsAgreeOf(engines(domains));
      oneMaster(domains, name);
    }
  }
}
