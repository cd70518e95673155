package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.plock.SimReferee;

/** Looks into all nodes at once, after every step; the package says what stands for what. */
final class Checker {
  private static final int SELDOM = 16;

  private final Cluster cluster;
  private final int inodes;
  private final List<ResName> names = new ArrayList<>();
  private int steps;

  Checker(Cluster cluster, int inodes) {
    this.cluster = cluster;
    this.inodes = inodes;
    for (int i = 0; i < inodes; i++) {
      names.add(ResName.of(FileSystem.metaName(i)));
    }
    for (int i = 0; i < cluster.disk.slots.size(); i++) {
      names.add(ResName.of(FileSystem.journalName(i)));
    }
    names.add(ResName.of("S"));
  }

  /** What heartbeat, quorum and fence did wrong. */
  void violations() {
    if (!cluster.world.violations.isEmpty()) {
      throw new AssertionError(cluster.world.violations.toString());
    }
  }

  private List<Life> acting() {
    List<Life> acting = new ArrayList<>();
    for (Life life : cluster.lives) {
      if (life != null && life.mayAct()) {
        acting.add(life);
      }
    }
    return acting;
  }

  void afterStep(Life life) {
    life.fs.locks().forEach(SteppedLock::checkCalls);
    List<Life> acting = acting();
    for (int i = 0; i < names.size(); i++) {
      levelsAreCompatible(acting, i);
    }
    if (++steps % SELDOM == 0) {
      List<LockDomain> domains = domains(acting);
      names.forEach(name -> cluster.stack.oneMaster(domains, name));
      byteRanges(acting).afterStep();
    }
  }

  private void levelsAreCompatible(List<Life> acting, int lock) {
    int readers = 0;
    int writers = 0;
    for (Life life : acting) {
      LockMode level = life.fs.locks().get(lock).relied();
      readers += level == LockMode.PR ? 1 : 0;
      writers += level == LockMode.EX ? 1 : 0;
    }
    if (writers > 1 || writers == 1 && readers > 0) {
      throw new AssertionError(
          names.get(lock) + ": " + writers + " writers and " + readers + " readers");
    }
  }

  private static List<LockDomain> domains(List<Life> lives) {
    return lives.stream().map(life -> life.domain).toList();
  }

  private static SimReferee byteRanges(List<Life> lives) {
    return new SimReferee(
        lives.stream().map(life -> life.ranges.node()).toList(), ByteRanges.FILES, false);
  }

  /** A byte range was granted. */
  void rangesOf(long inode) {
    byteRanges(acting()).checkConflicts(inode);
  }

  /** A node does not come to join; by votes that is so only where no majority is. */
  void givesUp(Life joiner) {
    if (cluster.stack.byVotes() && cluster.isQuiet(joiner.begun())) {
      long steady = cluster.up().stream().filter(Life::isSteady).count();
      if (2 * (steady + 1) > cluster.expectedVotes + 1) {
        throw new AssertionError(joiner + " does not come to join: " + joiner.waitsFor());
      }
    }
  }

  // The end.

  boolean allMounted() {
    return cluster.up().stream()
        .allMatch(life -> life.stage == Life.Stage.MOUNTED || life.stage == Life.Stage.LEAVING);
  }

  /** Whether nobody waits for anything any more. */
  boolean atRest() {
    return cluster.up().stream().allMatch(Checker::atRest) && !cluster.network.canDeliver();
  }

  private static boolean atRest(Life life) {
    return life.stage == Life.Stage.MOUNTED
        && life.programs.atRest()
        && life.fs.pending().isEmpty()
        && life.ranges.isIdle()
        && life.fs.locks().stream().allMatch(SteppedLock::isQuiet)
        && life.domain.isSettled();
  }

  /** What must be when all is quiet. */
  void end() {
    List<Life> up = cluster.up();
    for (int i = 0; i < names.size(); i++) {
      int lock = i;
      cluster.stack.checkAtRest(up, names.get(i), life -> life.fs.locks().get(lock));
    }
    byteRanges(up).checkTables();
    cluster.referee.checkAtRest(cluster.disk);
    cluster.referee.check(
        up.isEmpty() || Arrays.equals(cluster.disk.blocks, cluster.disk.replayed()),
        () -> "a journal is not replayed though nodes are left");
  }

  String describe() {
    StringBuilder text = new StringBuilder();
    for (Life life : cluster.up()) {
      text.append("\n").append(life).append(" ").append(life.domain).append(" pending ");
      text.append(life.fs.pending()).append(" ").append(life.programs);
      life.fs.locks().stream()
          .filter(lock -> !lock.isQuiet())
          .forEach(lock -> text.append("\n  ").append(lock).append(life.domain.dump(lock)));
    }
    List<Life> up = cluster.up();
    text.append("\n").append(byteRanges(up).describeCalls());
    return text.append(" inodes ").append(inodes).toString();
  }
}
