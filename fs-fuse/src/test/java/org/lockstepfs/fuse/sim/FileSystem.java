package org.lockstepfs.fuse.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.fuse.dlmglue.LockType;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.fuse.volume.SteppedRecoveryMap;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The file system of one life of a node: inodes whose META lock protects a cached version, a
 * journal, and what {@code Inode}, {@code VolumeMount} and {@code SlotRecovery} do with them.
 */
final class FileSystem {
  private static final byte LVB_VERSION = 5;

  private final Life life;
  private final SimDisk disk;
  private final Referee referee;
  private final Rules rules;
  private final DlmGlue glue = new DlmGlue("sim", () -> 0, false);
  private final SteppedLock superLock;
  private final List<SteppedLock> meta = new ArrayList<>();
  private final List<SteppedLock> journalLocks = new ArrayList<>();
  private final List<SteppedLock> locks = new ArrayList<>();
  private final long[] cached;
  final MetaJournal journal;
  final SteppedRecoveryMap dead = new SteppedRecoveryMap();
  final Recoverer recoverer;
  private int slot = SimDisk.EMPTY;

  FileSystem(Life life, SimDisk disk, Referee referee, Rules rules) {
    this.life = life;
    this.disk = disk;
    this.referee = referee;
    this.rules = rules;
    this.cached = new long[disk.blocks.length];
    superLock = new SteppedLock(glue, LockType.SUPER, "S", life, new Nothing());
    for (int i = 0; i < cached.length; i++) {
      meta.add(new SteppedLock(glue, LockType.META, metaName(i), life, new Inode(i)));
    }
    for (int i = 0; i < disk.slots.size(); i++) {
      journalLocks.add(new SteppedLock(glue, LockType.META, journalName(i), life, new Nothing()));
    }
    locks.addAll(meta);
    locks.addAll(journalLocks);
    locks.add(superLock);
    journal = new MetaJournal(this, life, disk, rules);
    recoverer = new Recoverer(this, life, disk, rules);
  }

  static String metaName(int inode) {
    return "M" + inode;
  }

  static String journalName(int slot) {
    return "J" + slot;
  }

  boolean mayAct() {
    return life.mayAct();
  }

  int slot() {
    return slot;
  }

  void slot(int newSlot) {
    slot = newSlot;
  }

  SteppedLock superLock() {
    return superLock;
  }

  SteppedLock meta(int inode) {
    return meta.get(inode);
  }

  SteppedLock journalLock(int of) {
    return journalLocks.get(of);
  }

  /** Returns all locks: of inodes, of journals, the super lock. */
  List<SteppedLock> locks() {
    return locks;
  }

  // What programs do.

  void read(int inode, Runnable done) {
    meta(inode)
        .take(
            LockMode.PR,
            false,
            granted -> {
              life.whileHeld(
                  () -> {
                    look(inode, "reads");
                    meta(inode).release(LockMode.PR);
                    done.run();
                  });
            });
  }

  private void look(int inode, String how) {
    if (mayAct()) {
      referee.read(this, inode, cached[inode], how);
    }
  }

  void write(int inode, LongConsumer done) {
    meta(inode)
        .take(
            LockMode.EX,
            false,
            granted -> {
              life.whileHeld(
                  () -> {
                    long version = change(inode);
                    meta(inode).release(LockMode.EX);
                    done.accept(version);
                  });
            });
  }

  /** Two inodes in one transaction, locked in order. */
  void writeBoth(int low, int high, Runnable done) {
    meta(low)
        .take(
            LockMode.EX,
            false,
            first ->
                meta(high)
                    .take(
                        LockMode.EX,
                        false,
                        second ->
                            life.whileHeld(
                                () -> {
                                  change(low);
                                  change(high);
                                  meta(high).release(LockMode.EX);
                                  meta(low).release(LockMode.EX);
                                  done.run();
                                })));
  }

  private long change(int inode) {
    if (!mayAct()) {
      return 0;
    }
    cached[inode] = referee.write(this, inode, cached[inode]);
    journal.dirty(inode, cached[inode]);
    return cached[inode];
  }

  /** Goes on when a version cannot be lost any more. */
  void fsync(int inode, long version, Runnable done) {
    Runnable promised =
        () -> {
          if (mayAct()) {
            referee.promised(inode, version);
          }
          done.run();
        };
    if (rules.fsyncWaits()) {
      journal.commit(promised);
    } else {
      promised.run();
    }
  }

  // What the locks protect.

  /** Protects an order of events. */
  private static class Nothing implements SteppedLock.Owner {
    @Override
    public void refresh(byte[] lvb, Runnable done) {
      done.run();
    }

    @Override
    public void checkpoint(Runnable done) {
      done.run();
    }
  }

  /** Protects an inode. */
  private final class Inode extends Nothing {
    private final int inode;

    Inode(int inode) {
      this.inode = inode;
    }

    @Override
    public void refresh(byte[] lvb, Runnable done) {
      if (rules.waitsForRecovery()) {
        dead.await(() -> load(lvb, done));
      } else {
        load(lvb, done);
      }
    }

    private void load(byte[] lvb, Runnable done) {
      life.fetch(
          () -> {
            cached[inode] = disk.blocks[inode];
            look(inode, "finds on the disk");
            if (lvb != null && lvb[0] == LVB_VERSION && mayAct()) {
              long version = ByteBuffer.wrap(lvb).getLong(8);
              referee.read(FileSystem.this, inode, version, "trusts value block");
            }
            done.run();
          });
    }

    @Override
    public boolean checkDownconvert(LockMode newLevel) {
      return journal.isClean(inode) || !rules.checkpointsBeforeDownconvert();
    }

    @Override
    public void checkpoint(Runnable done) {
      journal.flush(done);
    }

    @Override
    public void setLvb(byte[] lvb) {
      if (mayAct()) {
        referee.check(
            disk.blocks[inode] == cached[inode],
            () -> FileSystem.this + " gives inode " + inode + " away before it is on the disk");
      }
      if (rules.refreshesValueBlock() || lvb[0] != LVB_VERSION) {
        ByteBuffer.wrap(lvb).put(0, LVB_VERSION).putLong(8, cached[inode]);
      }
    }
  }

  /** Deaths that the file system has still to deal with. */
  Map<Integer, Long> pending() {
    return dead.pending();
  }

  @Override
  public String toString() {
    return "node " + life.number;
  }
}
