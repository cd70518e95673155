package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;
import org.lockstepfs.blockdev.format.SlotMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovers the slots of nodes that are gone: replays their journals, gives back what they had set
 * aside, frees the slots. Each step may be repeated by another node if this one dies over it.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/journal.c, ocfs2_recover_node, ocfs2_check_journals_nolocks.
 */
final class SlotRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SlotRecovery.class);

  private final Volume volume;
  private final Slots slots;
  private final IntPredicate isBack;
  private final SlotJournal[] journals;

  /** By slot, how often it had been recovered when this node last looked. */
  private final AtomicIntegerArray known;

  /**
   * Makes a recovery, and looks how often each slot has been recovered so far.
   *
   * @param isBack whether a node that died lives again
   */
  SlotRecovery(Volume volume, Slots slots, SystemFiles files, IntPredicate isBack)
      throws IOException {
    this.isBack = isBack;
    this.volume = volume;
    this.slots = slots;
    this.journals = new SlotJournal[files.slots()];
    this.known = new AtomicIntegerArray(files.slots());
    for (int slot = 0; slot < journals.length; slot++) {
      journals[slot] = new SlotJournal(volume, files.journal(slot), slot);
      known.set(slot, journals[slot].recoveryGeneration());
    }
  }

  /** Returns the journal of a slot. */
  SlotJournal journal(int slot) {
    return journals[slot];
  }

  private record Dead(int slot, boolean wasDirty) {}

  /**
   * Recovers the slots of dead nodes, and with {@code unused} also every other slot that no live
   * node uses. The caller holds the super lock.
   *
   * @param nodes the numbers of the dead nodes
   * @param replayed called when all journals are replayed: metadata is what it should be
   * @return the slots whose orphans are still to be freed
   */
  List<Integer> recover(Set<Integer> nodes, boolean unused, Runnable replayed) throws IOException {
    slots.load();
    List<Dead> found = new ArrayList<>();
    try {
      for (int slot = 0; slot < journals.length; slot++) {
        boolean isDead = nodes.contains(slots.node(slot));
        if (!isDead) {
          // Others may have recovered it meanwhile; the next death in it is another one.
          known.set(slot, journals[slot].recoveryGeneration());
        }
        if (slot != volume.slot() && (isDead ? lockDead(slot) : unused && lockUnused(slot))) {
          replay(slot, found);
        }
      }
      // Before all journals are replayed no allocator can be trusted; and whoever waits for them
      // may hold one.
      replayed.run();
      for (Dead dead : found) {
        clean(dead);
      }
    } finally {
      found.forEach(dead -> journals[dead.slot()].unlock());
    }
    return found.stream().map(Dead::slot).toList();
  }

  /**
   * Returns whether other nodes have replayed the journals of dead nodes. Needs no lock and takes
   * none: who replays them holds the super lock until it has cleaned up as well.
   */
  boolean isReplayed(Set<Integer> nodes) throws IOException {
    int[] users = slots.look();
    int[] now = new int[journals.length];
    for (int slot = 0; slot < journals.length; slot++) {
      now[slot] = journals[slot].recoveryGeneration();
      if (nodes.contains(users[slot]) && now[slot] == known.get(slot)) {
        return false;
      }
    }
    for (int slot = 0; slot < journals.length; slot++) {
      known.set(slot, now[slot]);
    }
    return true;
  }

  /**
   * Locks the journal of a node that died, unless somebody was faster: another survivor, or the
   * node itself, which is back. Its lock may still count where its death is not known yet, so this
   * waits; but not for the new life of a node that is back, which has had the super lock and has
   * replayed whatever needed it.
   */
  private boolean lockDead(int slot) throws IOException {
    int now = journals[slot].recoveryGeneration();
    if (now != known.getAndSet(slot, now)) {
      return false;
    }
    if (isBack.test(slots.node(slot))) {
      return journals[slot].tryLock();
    }
    journals[slot].lock();
    return true;
  }

  private boolean lockUnused(int slot) throws IOException {
    return journals[slot].tryLock();
  }

  private void replay(int slot, List<Dead> found) throws IOException {
    boolean replayed = false;
    try {
      found.add(new Dead(slot, journals[slot].replayIfDirty()));
      known.set(slot, journals[slot].recoveryGeneration());
      replayed = true;
    } finally {
      if (!replayed) {
        journals[slot].unlock();
      }
    }
  }

  private void clean(Dead dead) throws IOException {
    int slot = dead.slot();
    if (dead.wasDirty()) {
      volume
          .allocators()
          .recoverSlot(
              volume.systemFiles().localAlloc(slot), volume.systemFiles().truncateLog(slot));
      volume.journal().commit();
      journals[slot].markClean();
      LOG.info("{}: recovered slot {}", volume, slot);
    }
    if (slots.node(slot) != SlotMap.EMPTY) {
      slots.release(slot);
    }
  }
}
