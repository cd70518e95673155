package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.journal.JbdJournal;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.journal.JournalStats;
import org.lockstepfs.fuse.alloc.Allocators;
import org.lockstepfs.fuse.dlmglue.LockNames;
import org.lockstepfs.fuse.dlmglue.LockOps;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.dlmglue.LockType;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a volume up and takes it down, in the order that keeps other nodes and crashes harmless.
 *
 * <p>Up: super lock, slot, replay of our journal if it is dirty, journal open and marked dirty,
 * replay of all journals whose nodes are gone, what their slots and ours had set aside given back,
 * super lock released, orphans freed. Down: orphans, truncate log and local alloc given back,
 * journal empty and marked clean, slot released, locks dropped.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/super.c, ocfs2_mount_volume and ocfs2_dismount_volume; journal.c.
 */
public final class VolumeMount {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeMount.class);
  private static final long MAINTAIN_INTERVAL_MS = 1_000;
  private static final long TRUNCATE_LOG_INTERVAL_MS = 2_000;

  private final Volume volume;
  private final int node;
  private final RecoveryMap dead;
  private final LockRes superLock;
  private final ScheduledExecutorService timer;
  private SystemFiles systemFiles;
  private SlotJournal journalFile;
  private JbdJournal journal;
  private Slots slots;
  private Recovery recovery;
  private int slot;
  private boolean journalLocked;

  /**
   * Prepares to mount.
   *
   * @param node this node's number
   * @param dead hears of nodes that die
   */
  VolumeMount(Volume volume, int node, RecoveryMap dead) {
    this.volume = volume;
    this.node = node;
    this.dead = dead;
    this.superLock =
        volume
            .dlm()
            .lockRes(
                LockType.SUPER,
                LockNames.of(LockType.SUPER, LockNames.SUPER_BLOCK, 0),
                LockOps.NONE);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "timer " + volume);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Brings the volume up; afterwards operations may run. After a failure no lock is held.
   *
   * @throws IOException with a one-line reason
   */
  public void start() throws IOException {
    dead.replays(Thread.currentThread());
    try {
      Superblock sb = volume.superblock();
      systemFiles =
          SystemFiles.load(
              volume.geometry(),
              new Inode(volume, sb.systemDirBlock(), true),
              sb.maxSlots(),
              block -> new Inode(volume, block, true));
      slots =
          new Slots(
              volume.device(),
              volume.geometry(),
              systemFiles.slotMap(),
              sb.features().has(Feature.EXTENDED_SLOT_MAP),
              sb.maxSlots());
      SlotRecovery others = new SlotRecovery(volume, slots, systemFiles, dead::isBack);
      if (volume.isFrozen()) {
        look(others);
        dead.rests();
      } else {
        join(others);
      }
    } catch (IOException | RuntimeException e) {
      giveUp(e);
      throw e;
    }
  }

  private void giveUp(Exception why) {
    timer.shutdownNow();
    dead.rests();
    try {
      if (recovery != null) {
        recovery.close();
      }
      if (journalLocked) {
        journalFile.unlock();
      }
      dropLocks();
    } catch (IOException | RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /**
   * Looks at a volume that cannot be written: takes no slot and opens no journal.
   *
   * @throws IOException if a journal has to be replayed first
   */
  private void look(SlotRecovery others) throws IOException {
    for (int other = 0; other < volume.superblock().maxSlots(); other++) {
      SlotJournal file = others.journal(other);
      file.lock();
      try {
        if (file.isDirty()) {
          throw new IOException(
              volume + " was not left cleanly and cannot be written: no journal can be replayed");
        }
      } finally {
        file.unlock();
      }
    }
    systemFiles.useSlot(0);
    volume.use(systemFiles, null, allocators(null));
  }

  private void join(SlotRecovery others) throws IOException {
    Set<Integer> orphaned = new TreeSet<>();
    superLock.lock(LockMode.EX);
    try {
      slots.load();
      boolean hadSlot = slots.has(node);
      slot = slots.claim(node);
      systemFiles.useSlot(slot);
      orphaned.add(slot);
      openJournal(others, hadSlot);
      recovery = new Recovery(volume, superLock, dead, others);
      orphaned.addAll(recovery.recoverAll());
    } finally {
      superLock.unlock(LockMode.EX);
    }
    recovery.start();
    for (int from : orphaned) {
      volume.orphans().scan(from);
    }
    every(MAINTAIN_INTERVAL_MS, "journal upkeep", journal::maintain);
    every(TRUNCATE_LOG_INTERVAL_MS, "truncate log", () -> volume.allocators().flushTruncateLog());
  }

  /**
   * Opens our journal.
   *
   * @param hadSlot the slot has been ours: we died, and others may be about to recover it
   */
  private void openJournal(SlotRecovery recovery, boolean hadSlot) throws IOException {
    journalFile = recovery.journal(slot);
    journalFile.lock();
    journalLocked = true;
    boolean dirty = journalFile.replayIfDirty();
    if (hadSlot && !dirty) {
      journalFile.countRecovery();
    }
    journal = journalFile.open();
    volume.use(systemFiles, journal, allocators(journal));
    if (dirty) {
      recovery.ownWasDirty();
    }
  }

  private Allocators allocators(Journal to) {
    return new Allocators(
        to,
        volume.geometry(),
        systemFiles,
        volume.superblock().firstClusterGroup(),
        System::nanoTime);
  }

  Optional<JournalStats> journalStats() {
    return Optional.ofNullable(journal).map(JbdJournal::stats);
  }

  /** A periodic task. */
  @FunctionalInterface
  private interface Task {
    void run() throws IOException;
  }

  private void every(long intervalMs, String what, Task task) {
    timer.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (IOException | RuntimeException e) {
            LOG.error("{}: {} failed", volume, what, e);
            if (e instanceof IOException io) {
              volume.failed(io);
            }
            if (volume.journal().isAborted()) {
              volume.fail(new IOException("journal aborted", e));
            }
          }
        },
        intervalMs,
        intervalMs,
        TimeUnit.MILLISECONDS);
  }

  /** Takes the volume down; no operation runs any more. */
  public void stop() throws IOException {
    stopTimer();
    if (journal == null) {
      dropLocks();
      return;
    }
    recovery.close();
    if (!volume.journal().isAborted()) {
      boolean clean = giveBack();
      volume.closeJournal();
      if (clean) {
        journalFile.markClean();
      }
      superLock.lock(LockMode.EX);
      try {
        slots.load();
        slots.release(slot);
      } finally {
        superLock.unlock(LockMode.EX);
      }
    }
    journalFile.unlock();
    dropLocks();
    volume.device().flush();
  }

  /** Gives back what this slot holds; what damage keeps back is left to the next recovery. */
  private boolean giveBack() throws IOException {
    try {
      volume.orphans().scan(slot);
      volume.allocators().unmount();
      return true;
    } catch (CorruptBlockException e) {
      volume.fail(e);
      return false;
    }
  }

  private void stopTimer() throws IOException {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("{}: periodic work did not end within a minute", volume);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void dropLocks() throws IOException {
    List<LockRes> locks = new ArrayList<>();
    if (systemFiles != null) {
      systemFiles.all().forEach(file -> locks.add(file.metaLock()));
    }
    volume.inodes().removeAll().forEach(inode -> locks.add(inode.metaLock()));
    locks.add(volume.renameLock());
    locks.add(superLock);
    LockRes.dropAll(locks);
  }
}
