package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovers the slots of nodes that die while the volume is mounted. Every surviving node tries; the
 * super lock lets one at a time, and those after it find nothing left to do.
 *
 * <p>Who has the super lock replays and then gives back what the dead had set aside, for which it
 * needs allocators. A thread of another survivor may hold one and wait for the replay; so that it
 * need not wait for the super lock as well, each survivor looks at the disk meanwhile whether the
 * journals are replayed. If one more node dies before all is given back, its journal comes first.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/journal.c, __ocfs2_recovery_thread.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final long RETRY_MS = 1_000;
  private static final long END_MS = 60_000;
  private static final long LOOK_MS = 300;

  private final Volume volume;
  private final LockRes superLock;
  private final RecoveryMap map;
  private final SlotRecovery slots;
  private final ScheduledExecutorService thread;
  private final ScheduledExecutorService looker;
  private final ScheduledExecutorService orphans;

  Recovery(Volume volume, LockRes superLock, RecoveryMap map, SlotRecovery slots) {
    this.volume = volume;
    this.superLock = superLock;
    this.map = map;
    this.slots = slots;
    this.thread = executor("recovery " + volume);
    this.looker = executor("recovery watch " + volume);
    this.orphans = executor("orphans " + volume);
  }

  private static ScheduledExecutorService executor(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread made = new Thread(task, name);
          made.setDaemon(true);
          return made;
        });
  }

  /**
   * Recovers, at mount, whatever slots nobody uses, and this node's own; the caller holds the super
   * lock. No metadata is read before all journals are replayed.
   *
   * @return the slots whose orphans are still to be freed
   */
  List<Integer> recoverAll() throws IOException {
    List<Integer> orphaned = new ArrayList<>();
    try {
      recover(true, Set.of(), orphaned);
    } finally {
      map.rests();
    }
    return orphaned;
  }

  /** Recovers nodes from now on as they die. */
  void start() {
    looker.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    map.onDeath(() -> thread.execute(this::run));
  }

  private void look() {
    Map<Integer, Long> pending = map.pending();
    try {
      if (!pending.isEmpty() && slots.isReplayed(pending.keySet())) {
        LOG.info("{}: nodes {} are recovered by another node", volume, pending.keySet());
        map.recovered(pending);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}: cannot see whether nodes {} are recovered", volume, pending.keySet(), e);
    }
  }

  private void run() {
    List<Integer> orphaned = new ArrayList<>();
    try {
      while (!map.pending().isEmpty() || !slots.isClean()) {
        recoverDead(orphaned);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("{}: nodes {} are not recovered yet", volume, map.pending().keySet(), e);
      thread.schedule(this::run, RETRY_MS, TimeUnit.MILLISECONDS);
    } finally {
      map.rests();
    }
    // Not on this thread: freeing orphans waits while nodes are recovered.
    orphaned.forEach(slot -> orphans.execute(() -> freeOrphans(slot)));
  }

  private void freeOrphans(int slot) {
    try {
      volume.orphans().scan(slot);
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}: orphans of slot {} stay for now", volume, slot, e);
    }
  }

  private void recoverDead(List<Integer> orphaned) throws IOException {
    long start = System.nanoTime();
    Set<Integer> recovered;
    map.replays(Thread.currentThread());
    Set<Integer> dead = map.pending().keySet();
    superLock.lock(LockMode.EX);
    try {
      recovered = recover(false, dead, orphaned);
    } finally {
      superLock.unlock(LockMode.EX);
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    LOG.info("{}: nodes {} recovered in {} ms", volume, recovered, tookMs);
  }

  /**
   * Replays and cleans up, under the super lock, until nobody is left; returns who was dead.
   *
   * @param left dead nodes that another may have recovered since; if that one died before it had
   *     cleaned up, it is done here
   */
  private Set<Integer> recover(boolean unused, Set<Integer> left, List<Integer> orphaned)
      throws IOException {
    Set<Integer> recovered = new TreeSet<>();
    boolean first = true;
    while (first || !map.pending().isEmpty() || !slots.isClean()) {
      Map<Integer, Long> pending = map.pending();
      map.replays(Thread.currentThread());
      slots.replay(pending.keySet(), unused && first);
      slots.takeOver(left);
      map.recovered(pending);
      recovered.addAll(pending.keySet());
      first = false;
      map.cleans(Thread.currentThread());
      try {
        slots.clean(orphaned);
      } catch (NodeDiedException e) {
        LOG.info("{}: {}", volume, e.getMessage());
      }
    }
    return recovered;
  }

  /** Ends; a recovery under way is finished first. */
  void close() throws IOException {
    map.onDeath(() -> {});
    looker.shutdown();
    thread.shutdown();
    try {
      boolean ended = thread.awaitTermination(END_MS, TimeUnit.MILLISECONDS);
      orphans.shutdown();
      if (!ended || !orphans.awaitTermination(END_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("{}: recovery did not end within {} ms", volume, END_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      map.close();
    }
  }
}
