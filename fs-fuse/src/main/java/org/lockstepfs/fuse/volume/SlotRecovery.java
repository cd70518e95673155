package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  private final Queue<Dead> unclean = new ConcurrentLinkedQueue<>();

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

  /** A slot whose journal is replayed and, unless it is this node's own, locked. */
  private record Dead(int slot, boolean wasDirty) {}

  /**
   * Replays the journals of dead nodes, and with {@code unused} also those of this slot's last user
   * and of every slot that no live node uses. Reads no other metadata. Their slots are to be
   * cleaned up afterwards. The caller holds the super lock.
   *
   * @param nodes the numbers of the dead nodes
   */
  void replay(Set<Integer> nodes, boolean unused) throws IOException {
    slots.load();
    for (int slot = 0; slot < journals.length; slot++) {
      boolean isDead = nodes.contains(slots.node(slot));
      if (!isDead) {
        // Others may have recovered it meanwhile; the next death in it is another one.
        known.set(slot, journals[slot].recoveryGeneration());
      }
      if (slot != volume.slot() && (isDead ? lockDead(slot) : unused && lockUnused(slot))) {
        replay(slot);
      }
    }
  }

  /**
   * Takes over the slots of nodes whose journals others have replayed, where those others died
   * before they had cleaned up. Follows {@link #replay}, under the same holding of the super lock.
   */
  void takeOver(Set<Integer> nodes) throws IOException {
    for (int slot = 0; slot < journals.length; slot++) {
      // A node that is back holds the lock of its journal.
      if (nodes.contains(slots.node(slot)) && !isUnclean(slot) && journals[slot].tryLock()) {
        unclean.add(new Dead(slot, journals[slot].isDirty()));
      }
    }
  }

  private boolean isUnclean(int slot) {
    return unclean.stream().anyMatch(dead -> dead.slot() == slot);
  }

  /**
   * The journal of this node's own slot was replayed: what it had set aside is to be given back.
   */
  void ownWasDirty() {
    unclean.add(new Dead(volume.slot(), true));
  }

  /** Returns whether nothing is left to be given back. */
  boolean isClean() {
    return unclean.isEmpty();
  }

  /**
   * Gives back what the replayed slots had set aside, and frees the slots. The caller holds the
   * super lock, and all journals of dead nodes are replayed. After a failure the next call goes on.
   *
   * @param cleaned gets the slots, whose orphans are still to be freed
   * @throws NodeDiedException if meanwhile another journal has to be replayed
   */
  void clean(List<Integer> cleaned) throws IOException {
    while (!unclean.isEmpty()) {
      Dead dead = unclean.element();
      clean(dead);
      unclean.remove();
      cleaned.add(dead.slot());
    }
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

  private void replay(int slot) throws IOException {
    boolean replayed = false;
    try {
      unclean.add(new Dead(slot, journals[slot].replayIfDirty()));
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
      LOG.info("{}: recovered slot {}", volume, slot);
    }
    if (slot == volume.slot()) {
      return;
    }
    if (dead.wasDirty()) {
      volume.journal().commit();
      journals[slot].markClean();
    }
    if (slots.node(slot) != SlotMap.EMPTY) {
      slots.release(slot);
    }
    journals[slot].unlock();
  }
}
