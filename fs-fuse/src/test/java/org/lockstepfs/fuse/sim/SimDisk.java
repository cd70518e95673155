package org.lockstepfs.fuse.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The shared volume: a block with a version number per inode, and per slot its node, its journal
 * and how often that was recovered. Writes land here; each is checked for who may make it.
 */
final class SimDisk {
  static final int EMPTY = -1;

  /** A committed transaction: versions by inode. */
  record Transaction(Map<Integer, Long> blocks) {}

  /** A node slot. */
  static final class Slot {
    int node = EMPTY;
    boolean dirty;
    int recoveries;
    final List<Transaction> journal = new ArrayList<>();

    @Override
    public String toString() {
      return "node " + node + (dirty ? " dirty" : " clean") + " recovered " + recoveries;
    }
  }

  final long[] blocks;
  final List<Slot> slots = new ArrayList<>();
  private final Referee referee;

  SimDisk(int inodes, int slotCount, Referee referee) {
    this.blocks = new long[inodes];
    this.referee = referee;
    for (int i = 0; i < slotCount; i++) {
      slots.add(new Slot());
    }
  }

  /** Returns the slot of a node, or {@link #EMPTY}. */
  int slotOf(int node) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).node == node) {
        return i;
      }
    }
    return EMPTY;
  }

  void append(FileSystem writer, Transaction transaction) {
    checkOwner(writer, writer.slot(), "commits to");
    slots.get(writer.slot()).journal.add(transaction);
    referee.committed(transaction);
  }

  void truncate(FileSystem writer) {
    checkOwner(writer, writer.slot(), "truncates");
    slots.get(writer.slot()).journal.clear();
  }

  void write(FileSystem writer, int inode, long version) {
    referee.check(
        writer.meta(inode).isWritable(),
        () -> writer + " writes inode " + inode + " without its lock in EX");
    blocks[inode] = version;
  }

  void replay(FileSystem writer, int slot, int inode, long version) {
    checkOwner(writer, slot, "replays");
    blocks[inode] = version;
  }

  void empty(FileSystem writer, int slot) {
    checkOwner(writer, slot, "empties");
    slots.get(slot).journal.clear();
  }

  void recovered(FileSystem writer, int slot) {
    checkOwner(writer, slot, "counts a recovery of");
    slots.get(slot).recoveries++;
  }

  void open(FileSystem writer, int slot) {
    checkOwner(writer, slot, "opens");
    slots.get(slot).dirty = true;
    slots.get(slot).journal.clear();
  }

  void clean(FileSystem writer, int slot) {
    checkOwner(writer, slot, "cleans");
    slots.get(slot).dirty = false;
    slots.get(slot).journal.clear();
  }

  private void checkOwner(FileSystem writer, int slot, String what) {
    referee.check(
        writer.journalLock(slot).isWritable(),
        () -> writer + " " + what + " the journal of slot " + slot + " without its lock in EX");
  }

  void occupy(FileSystem writer, int slot, int node) {
    checkSuper(writer);
    int taken = slots.get(slot).node;
    referee.check(
        taken == EMPTY || taken == node,
        () -> writer + " takes slot " + slot + " of node " + taken);
    slots.get(slot).node = node;
    long count = slots.stream().filter(s -> s.node == node).count();
    referee.check(count == 1, () -> "node " + node + " is in " + count + " slots");
  }

  void release(FileSystem writer, int slot) {
    checkSuper(writer);
    slots.get(slot).node = EMPTY;
  }

  private void checkSuper(FileSystem writer) {
    referee.check(
        writer.superLock().isWritable(),
        () -> writer + " changes the slot map without the super lock");
  }

  /** The volume as a replay of all journals leaves it. */
  long[] replayed() {
    long[] result = blocks.clone();
    for (Slot slot : slots) {
      for (Transaction transaction : slot.dirty ? slot.journal : List.<Transaction>of()) {
        transaction.blocks().forEach((inode, version) -> result[inode] = version);
      }
    }
    return result;
  }
}
