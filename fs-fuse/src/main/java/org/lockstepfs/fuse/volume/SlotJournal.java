package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.JbdJournal;
import org.lockstepfs.blockdev.journal.JournalReplay;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.dlmglue.LockWait;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal file of a slot. Its META lock is held in EX by the node that uses the slot, for as
 * long as it does, or by the one that replays it: nobody else writes the file.
 */
final class SlotJournal {
  private static final Logger LOG = LoggerFactory.getLogger(SlotJournal.class);

  private final Volume volume;
  private final Inode file;
  private final int slot;

  SlotJournal(Volume volume, Inode file, int slot) {
    this.volume = volume;
    this.file = file;
    this.slot = slot;
  }

  void lock() throws IOException {
    file.metaLock().lock(LockMode.EX);
  }

  /**
   * Returns how often the slot has been recovered, as the disk says; needs no lock, since whoever
   * changes it holds the super lock.
   */
  int recoveryGeneration() throws IOException {
    int size = volume.geometry().blockSize();
    ByteBuffer block = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    volume.device().read(file.block() * size, block);
    return Dinode.open(block, file.block(), volume.geometry().fsGeneration())
        .journalRecoveryGeneration();
  }

  /** Takes the lock if no live node has it. */
  boolean tryLock() throws IOException {
    try {
      file.metaLock().lock(LockMode.EX, LockWait.NOQUEUE);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    }
  }

  void unlock() {
    file.metaLock().unlock(LockMode.EX);
  }

  /** Returns whether its last user did not leave it clean. */
  boolean isDirty() throws IOException {
    return file.dinodeView().journalDirty();
  }

  /** Replays the journal if its last user did not leave it clean; returns whether it was dirty. */
  boolean replayIfDirty() throws IOException {
    Dinode dinode = file.dinodeView();
    if (!dinode.journalDirty()) {
      return false;
    }
    LOG.info("{}: journal of slot {} is dirty: {}", volume, slot, replay());
    countRecovery();
    return true;
  }

  /** Lets others who are about to recover the slot see that it is done. */
  void countRecovery() throws IOException {
    Dinode dinode = file.dinodeView();
    dinode.setJournalRecoveryGeneration(dinode.journalRecoveryGeneration() + 1);
    volume.writeDirectly(file.dinode());
  }

  private Object replay() throws IOException {
    return JournalReplay.replay(volume.device(), volume.geometry().blockSize(), this::physical);
  }

  /** Marks the journal as in use and opens it. */
  JbdJournal open() throws IOException {
    replay();
    setDirty(true);
    return JbdJournal.open(
        volume.device(), volume.geometry().blockSize(), this::physical, volume.clock());
  }

  void markClean() throws IOException {
    setDirty(false);
  }

  private void setDirty(boolean dirty) throws IOException {
    Dinode dinode = file.dinodeView();
    dinode.setJournalDirty(dirty);
    volume.writeDirectly(file.dinode());
  }

  private long physical(long logical) throws IOException {
    int bits = volume.geometry().clusterBits() - volume.geometry().blockBits();
    Mapping mapping = file.extents().lookup(logical >> bits);
    if (mapping.isHole()) {
      throw new IOException("journal of slot " + slot + " has a hole at block " + logical);
    }
    return mapping.block() + logical - (mapping.cpos() << bits);
  }
}
