package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * journals are replayed.
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

  Recovery(Volume volume, LockRes superLock, RecoveryMap map, SlotRecovery slots) {
    this.volume = volume;
    this.superLock = superLock;
    this.map = map;
    this.slots = slots;
    this.thread = executor("recovery " + volume);
    this.looker = executor("recovery watch " + volume);
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
   * Recovers, at mount, whatever slots nobody uses; the caller holds the super lock and is the
   * map's recoverer.
   *
   * @return the slots whose orphans are still to be freed
   */
  List<Integer> recoverAll() throws IOException {
    Map<Integer, Long> pending = map.pending();
    return slots.recover(pending.keySet(), true, () -> map.recovered(pending));
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
    map.recoverer(Thread.currentThread());
    try {
      recover();
    } catch (IOException | RuntimeException e) {
      LOG.error("{}: nodes {} are not recovered yet", volume, map.pending().keySet(), e);
      thread.schedule(this::run, RETRY_MS, TimeUnit.MILLISECONDS);
    } finally {
      map.recoverer(null);
    }
  }

  private void recover() throws IOException {
    List<Integer> orphaned = new ArrayList<>();
    while (!map.pending().isEmpty()) {
      long start = System.nanoTime();
      superLock.lock(LockMode.EX);
      Map<Integer, Long> pending = map.pending();
      try {
        orphaned.addAll(slots.recover(pending.keySet(), false, () -> map.recovered(pending)));
      } finally {
        superLock.unlock(LockMode.EX);
      }
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      LOG.info("{}: nodes {} recovered in {} ms", volume, pending.keySet(), tookMs);
    }
    for (int slot : orphaned) {
      volume.orphans().scan(slot);
    }
  }

  /** Ends; a recovery under way is finished first. */
  void close() throws IOException {
    map.onDeath(() -> {});
    looker.shutdown();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(END_MS, TimeUnit.MILLISECONDS)) {
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
