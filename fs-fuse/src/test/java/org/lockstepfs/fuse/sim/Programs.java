package org.lockstepfs.fuse.sim;

import org.lockstepfs.locks.sim.SeededScheduler;
import org.lockstepfs.stack.sim.SimWorld;

/** What runs on a mounted node: readers, writers, fsync, byte-range locks, periodic commits. */
final class Programs {
  private static final int THREADS = 2;
  private static final int COMMIT_MS = 5_000;
  private static final int CLOSE_MS = 100;

  private final Life life;
  private final SeededScheduler random;
  private final boolean[] inUse;
  private int running;
  private boolean stopping;
  private boolean atRest;
  private Runnable whenStopped;

  Programs(Life life) {
    this.life = life;
    this.random = life.cluster.random;
    this.inUse = new boolean[life.cluster.disk.blocks.length];
  }

  void start() {
    for (int i = 0; i < THREADS; i++) {
      pause();
    }
    life.after(random.below(500), this::lockRanges);
    life.after(COMMIT_MS, this::commit);
  }

  private void pause() {
    if (stopping) {
      settle();
    } else {
      life.after(10 + random.below(life.cluster.pauseMs), this::act);
    }
  }

  private void act() {
    int inode = random.below(inUse.length);
    int second = inode + 1;
    int dice = random.below(100);
    if (stopping || inUse[inode]) {
      pause();
    } else if (dice < 45) {
      begin(inode);
      life.fs.read(inode, () -> end(inode));
    } else if (dice < 75) {
      begin(inode);
      life.fs.write(inode, version -> end(inode));
    } else if (dice < 85) {
      begin(inode);
      life.fs.write(inode, version -> life.fs.fsync(inode, version, () -> end(inode)));
    } else if (second < inUse.length && !inUse[second]) {
      begin(inode);
      inUse[second] = true;
      life.fs.writeBoth(
          inode,
          second,
          () -> {
            inUse[second] = false;
            end(inode);
          });
    } else {
      pause();
    }
  }

  private void begin(int inode) {
    inUse[inode] = true;
    running++;
  }

  private void end(int inode) {
    inUse[inode] = false;
    running--;
    pause();
  }

  private void lockRanges() {
    if (!stopping) {
      life.ranges.act();
      life.after(50 + random.below(500), this::lockRanges);
    }
  }

  private void commit() {
    if (!stopping) {
      if (random.chance(70)) {
        life.fs.journal.commit(() -> {});
      } else {
        life.fs.journal.flush(() -> {});
      }
      life.after(COMMIT_MS, this::commit);
    }
  }

  /** Begins nothing new; goes on when everything has ended. */
  void stop(Runnable done) {
    stopping = true;
    whenStopped = done;
    closeRanges();
  }

  private void closeRanges() {
    if (life.ranges.close()) {
      settle();
    } else {
      life.after(CLOSE_MS, this::closeRanges);
    }
  }

  private void settle() {
    if (whenStopped == null || running > 0) {
      return;
    }
    if (life.ranges.close()) {
      Runnable done = whenStopped;
      whenStopped = null;
      life.later(done);
    } else {
      // A lock that was on its way to the engine has come in between.
      life.after(CLOSE_MS, this::settle);
    }
  }

  /** All that they did is on the disk. */
  void rest() {
    atRest = true;
  }

  boolean atRest() {
    return atRest;
  }

  @Override
  public String toString() {
    return running + " running at " + life.clockMs() / SimWorld.MS;
  }
}
