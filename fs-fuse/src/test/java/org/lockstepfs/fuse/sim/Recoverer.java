package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.lockstepfs.locks.mode.LockMode;

/**
 * Mount, unmount and the recovery of dead nodes, in the order of {@code VolumeMount}, {@code
 * Recovery} and {@code SlotRecovery}.
 */
final class Recoverer {
  private final FileSystem fs;
  private final Life life;
  private final SimDisk disk;
  private final Rules rules;
  private final int[] known;
  private boolean running;
  private boolean closed;
  private Runnable whenIdle;

  private record Dead(int slot, boolean wasDirty) {}

  Recoverer(FileSystem fs, Life life, SimDisk disk, Rules rules) {
    this.fs = fs;
    this.life = life;
    this.disk = disk;
    this.rules = rules;
    this.known = new int[disk.slots.size()];
  }

  private void trace(Supplier<String> what) {
    life.cluster.random.trace(() -> life.number + ": " + what.get());
  }

  // Mount.

  void mount(Runnable done) {
    for (int slot = 0; slot < known.length; slot++) {
      known[slot] = disk.slots.get(slot).recoveries;
    }
    fs.superLock().take(LockMode.EX, false, granted -> claim(done));
  }

  private void claim(Runnable done) {
    int earlier = disk.slotOf(life.number);
    boolean hadSlot = earlier != SimDisk.EMPTY;
    int free = rules.slotMustBeFree() ? disk.slotOf(SimDisk.EMPTY) : 0;
    int slot = hadSlot ? earlier : free;
    fs.slot(slot);
    life.store(
        () -> disk.occupy(fs, slot, life.number),
        () ->
            fs.journalLock(slot)
                .take(LockMode.EX, false, granted -> openJournal(slot, hadSlot, done)));
  }

  private void openJournal(int slot, boolean hadSlot, Runnable done) {
    boolean dirty = disk.slots.get(slot).dirty;
    trace(() -> "takes slot " + slot + " of " + disk.slots.get(slot));
    Runnable open = () -> life.store(() -> disk.open(fs, slot), () -> recoverAll(done));
    if (dirty && rules.mountReplaysOwnJournal()) {
      replay(slot, open);
    } else if (hadSlot) {
      life.store(() -> disk.recovered(fs, slot), open);
    } else {
      open.run();
    }
  }

  private void recoverAll(Runnable done) {
    Map<Integer, Long> pending = fs.pending();
    recoverSlots(
        pending.keySet(),
        true,
        () -> fs.dead.recovered(pending),
        () -> {
          fs.superLock().release(LockMode.EX);
          fs.dead.onDeath(() -> life.later(this::run));
          done.run();
        });
  }

  // Deaths.

  private void run() {
    if (!running && !closed) {
      running = true;
      recover();
    }
  }

  private void recover() {
    if (fs.pending().isEmpty()) {
      running = false;
      if (whenIdle != null) {
        whenIdle.run();
      }
    } else if (rules.recoveryTakesSuperLock()) {
      fs.superLock()
          .take(
              LockMode.EX,
              false,
              granted ->
                  recoverPending(
                      () -> {
                        fs.superLock().release(LockMode.EX);
                        life.later(this::recover);
                      }));
    } else {
      recoverPending(() -> life.later(this::recover));
    }
  }

  private void recoverPending(Runnable done) {
    Map<Integer, Long> pending = fs.pending();
    if (!rules.replaysBeforeLettingGo()) {
      fs.dead.recovered(pending);
    }
    recoverSlots(pending.keySet(), false, () -> fs.dead.recovered(pending), done);
  }

  private void recoverSlots(Set<Integer> nodes, boolean unused, Runnable replayed, Runnable done) {
    List<Dead> found = new ArrayList<>();
    forEachSlot(
        0,
        (slot, next) -> visit(slot, nodes, unused, found, next),
        () -> {
          replayed.run();
          clean(
              found,
              0,
              () -> {
                found.forEach(dead -> unlockJournal(dead.slot()));
                done.run();
              });
        });
  }

  private interface Visit {
    void slot(int slot, Runnable next);
  }

  private void forEachSlot(int slot, Visit visit, Runnable done) {
    if (slot == known.length) {
      done.run();
    } else {
      visit.slot(slot, () -> forEachSlot(slot + 1, visit, done));
    }
  }

  private void visit(
      int slot, Set<Integer> nodes, boolean unused, List<Dead> found, Runnable next) {
    SimDisk.Slot onDisk = disk.slots.get(slot);
    trace(
        () -> "looks at slot " + slot + " of " + onDisk + ", known " + known[slot] + ", " + nodes);
    if (slot == fs.slot()) {
      next.run();
    } else if (nodes.contains(onDisk.node)) {
      if (onDisk.recoveries != known[slot]) {
        noteRecoveries(slot);
        next.run();
      } else {
        lockJournal(slot, isBack(onDisk.node), got -> look(slot, found, next), next);
      }
    } else {
      noteRecoveries(slot);
      if (unused) {
        lockJournal(slot, true, got -> look(slot, found, next), next);
      } else {
        next.run();
      }
    }
  }

  private void noteRecoveries(int slot) {
    if (rules.notesRecoveries()) {
      known[slot] = disk.slots.get(slot).recoveries;
    }
  }

  /** Whether a node that died has joined again: a lock that it has now is one of a living node. */
  private boolean isBack(int node) {
    return rules.looksWhetherTheDeadIsBack() && fs.dead.isBack(node);
  }

  private void lockJournal(int slot, boolean noQueue, IntConsumer locked, Runnable refused) {
    if (!rules.recoveryTakesJournalLock()) {
      locked.accept(slot);
      return;
    }
    fs.journalLock(slot)
        .take(
            LockMode.EX,
            noQueue,
            granted -> {
              if (granted) {
                locked.accept(slot);
              } else {
                refused.run();
              }
            });
  }

  private void unlockJournal(int slot) {
    if (rules.recoveryTakesJournalLock()) {
      fs.journalLock(slot).release(LockMode.EX);
    }
  }

  private void look(int slot, List<Dead> found, Runnable next) {
    boolean dirty = disk.slots.get(slot).dirty;
    trace(() -> "recovers slot " + slot + " of " + disk.slots.get(slot));
    Runnable replayed =
        () -> {
          noteRecoveries(slot);
          found.add(new Dead(slot, dirty));
          next.run();
        };
    if (dirty) {
      replay(slot, replayed);
    } else {
      replayed.run();
    }
  }

  private void replay(int slot, Runnable done) {
    List<Map.Entry<Integer, Long>> blocks = new ArrayList<>();
    disk.slots.get(slot).journal.forEach(t -> blocks.addAll(t.blocks().entrySet()));
    replayFrom(slot, blocks, 0, done);
  }

  private void replayFrom(int slot, List<Map.Entry<Integer, Long>> blocks, int at, Runnable done) {
    life.inDanger();
    if (at == blocks.size()) {
      life.store(
          () -> disk.empty(fs, slot), () -> life.store(() -> disk.recovered(fs, slot), done));
    } else {
      Map.Entry<Integer, Long> block = blocks.get(at);
      life.store(
          () -> disk.replay(fs, slot, block.getKey(), block.getValue()),
          () -> replayFrom(slot, blocks, at + 1, done));
    }
  }

  private void clean(List<Dead> found, int at, Runnable done) {
    if (at == found.size()) {
      done.run();
      return;
    }
    Dead dead = found.get(at);
    Runnable release =
        () -> {
          if (disk.slots.get(dead.slot()).node == SimDisk.EMPTY) {
            clean(found, at + 1, done);
          } else {
            life.inDanger();
            life.store(() -> disk.release(fs, dead.slot()), () -> clean(found, at + 1, done));
          }
        };
    if (dead.wasDirty()) {
      life.inDanger();
      life.store(() -> disk.clean(fs, dead.slot()), release);
    } else {
      release.run();
    }
  }

  // Unmount.

  /** Leaves the volume; no operation runs any more. */
  void unmount(Runnable done) {
    closed = true;
    fs.dead.onDeath(() -> {});
    whenIdle = () -> giveBack(done);
    if (!running) {
      whenIdle.run();
    }
  }

  private void giveBack(Runnable done) {
    int slot = fs.slot();
    fs.journal.flush(
        () ->
            life.store(
                () -> disk.clean(fs, slot),
                () ->
                    fs.superLock()
                        .take(
                            LockMode.EX,
                            false,
                            granted ->
                                life.store(() -> disk.release(fs, slot), () -> left(slot, done)))));
  }

  private void left(int slot, Runnable done) {
    fs.superLock().release(LockMode.EX);
    fs.journalLock(slot).release(LockMode.EX);
    done.run();
  }
}
