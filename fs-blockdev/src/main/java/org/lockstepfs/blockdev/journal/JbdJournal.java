package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Journal} in JBD2's format.
 *
 * <p>It has no thread of its own: whoever commits or needs room does the work, and the owner calls
 * {@link #maintain} about once a second. At most one journal of a file may be open anywhere.
 */
public final class JbdJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(JbdJournal.class);
  private static final long MAX_NARROW_BLOCKS = 1L << Integer.SIZE;

  private final JournalState state;
  private final HandleRoom room;
  private final Committer committer;
  private final Checkpointer checkpointer;
  private final JournalOptions options;

  private JbdJournal(
      BlockDevice device, LogFile file, JournalSuperblock superblock, JournalOptions options) {
    LogRing ring = LogRing.of(superblock);
    LogLayout layout = superblock.layout();
    this.options = options;
    state = new JournalState(device.name(), ring, superblock.sequence() + 1);
    room = new HandleRoom(state, layout);
    LogTail tail = new LogTail(state, file, superblock);
    checkpointer = new Checkpointer(state, new HomeWriter(device, layout.blockSize()), tail);
    CommitWriter writer = new CommitWriter(file, ring, layout, superblock.uuid(), options.clock());
    committer = new Committer(state, layout, writer, tail, checkpointer);
  }

  /** Opens a journal with default options, except for the clock; see the other method. */
  public static JbdJournal open(BlockDevice device, int blockSize, JournalMap map, Clock clock)
      throws IOException {
    return open(device, blockSize, map, JournalOptions.with(clock));
  }

  /**
   * Opens a journal that needs no replay, because its file is not marked dirty or {@link
   * JournalReplay} has just run. What its log may still hold is dropped, as the kernel does.
   *
   * @param blockSize the volume's block size in bytes
   * @throws IOException if the superblock is damaged or has a feature that is not supported
   */
  public static JbdJournal open(
      BlockDevice device, int blockSize, JournalMap map, JournalOptions options)
      throws IOException {
    JournalSuperblock superblock = LogFile.readSuperblock(device, blockSize, map);
    LogFile file = LogFile.open(device, blockSize, map, superblock);
    if (superblock.start() != 0) {
      wipe(device, file, superblock);
    }
    boolean wide = device.size() / blockSize > MAX_NARROW_BLOCKS;
    superblock.setFeatures(
        JournalSuperblock.INCOMPAT_REVOKE | (wide ? JournalSuperblock.INCOMPAT_64BIT : 0));
    file.write(0, superblock.contents());
    device.flush();
    return new JbdJournal(device, file, superblock, options);
  }

  private static void wipe(BlockDevice device, LogFile file, JournalSuperblock superblock)
      throws IOException {
    LogReader reader = new LogReader(file, LogRing.of(superblock));
    LogScan scan = LogScan.run(reader, superblock, device.name());
    if (scan.transactions() > 0) {
      LOG.warn(
          "{}: dropping {} transactions from a journal that is marked clean",
          device.name(),
          scan.transactions());
    }
    superblock.setTail(scan.endTid(), 0);
  }

  @Override
  public Handle start(int blocks) throws IOException {
    if (blocks < 0 || blocks > maxHandleBlocks()) {
      throw new IOException(
          state.name + ": a handle of " + blocks + " blocks, at most " + maxHandleBlocks());
    }
    while (true) {
      int tid;
      boolean logFull;
      state.lock.lock();
      try {
        Transaction transaction = awaitJoinable();
        if (room.fits(transaction, blocks)) {
          return join(transaction, blocks);
        }
        tid = transaction.tid;
        logFull = room.fitsTransaction(transaction, blocks);
        if (logFull && state.committed.isEmpty() && state.committing != null) {
          state.changed.awaitUninterruptibly();
          continue;
        }
        logFull &= !state.committed.isEmpty();
      } finally {
        state.lock.unlock();
      }
      makeRoom(tid, logFull);
    }
  }

  /** Returns the running transaction once handles may join it. */
  private Transaction awaitJoinable() throws IOException {
    while (true) {
      state.checkOpen();
      if (state.running == null) {
        state.running = new Transaction(state.nextTid, options.nanoTime().getAsLong());
      }
      if (state.running.state == Transaction.State.RUNNING) {
        return state.running;
      }
      state.changed.awaitUninterruptibly();
    }
  }

  private Handle join(Transaction transaction, int blocks) {
    transaction.openHandles++;
    transaction.reservedBlocks += blocks;
    return new JbdHandle(state, room, transaction, blocks);
  }

  private void makeRoom(int runningTid, boolean logFull) throws IOException {
    if (logFull) {
      checkpointer.checkpoint(runningTid);
    } else {
      committer.commit(runningTid, true);
    }
  }

  @Override
  public int maxHandleBlocks() {
    return room.maxTransactionBlocks();
  }

  @Override
  public MetaBuffer attached(long block) {
    state.lock.lock();
    try {
      return state.attached(block);
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public void commit(int transactionId) throws IOException {
    committer.commit(transactionId, false);
  }

  @Override
  public void commit() throws IOException {
    committer.commit(newestTid(), false);
  }

  @Override
  public void flush() throws IOException {
    int tid = newestTid();
    committer.commit(tid, false);
    if (!isCheckpointed(tid)) {
      checkpointer.checkpoint(tid);
    }
  }

  /** Returns the id of the newest transaction that has changed anything. */
  private int newestTid() {
    state.lock.lock();
    try {
      boolean changes = state.running != null && !state.running.isEmpty();
      return changes ? state.running.tid : state.nextTid - 1;
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Does what is due: commits a transaction older than the commit interval, checkpoints when the
   * log is more than half full. For the owner's timer.
   */
  public void maintain() throws IOException {
    int tid;
    boolean commitDue;
    boolean checkpointDue;
    state.lock.lock();
    try {
      state.checkOpen();
      tid = state.nextTid;
      commitDue = state.running != null && !state.running.isEmpty() && isOld(state.running);
      checkpointDue = state.freeBlocks < state.logLength / 2 && !state.committed.isEmpty();
    } finally {
      state.lock.unlock();
    }
    if (commitDue) {
      committer.commit(tid, false);
    }
    if (checkpointDue) {
      checkpointer.checkpoint(tid);
    }
  }

  private boolean isOld(Transaction transaction) {
    long ageNanos = options.nanoTime().getAsLong() - transaction.startedNanos;
    return ageNanos >= TimeUnit.MILLISECONDS.toNanos(options.commitIntervalMs());
  }

  @Override
  public int runningTransactionId() {
    state.lock.lock();
    try {
      return state.nextTid;
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public boolean isCheckpointed(int id) {
    state.lock.lock();
    try {
      // A transaction without changes has none that are missing at home.
      boolean idle = state.running == null || state.running.isEmpty();
      return Tid.isAtLeast(state.checkpointedTid, id)
          || (idle && id == state.nextTid && state.checkpointedTid == id - 1);
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public boolean isAborted() {
    return state.isAborted();
  }

  /** Returns what the journal has done so far. */
  public JournalStats stats() {
    state.lock.lock();
    try {
      return new JournalStats(
          state.commits,
          state.loggedBlocks,
          state.revokedBlocks,
          state.homeBlocks,
          state.logLength - state.freeBlocks,
          state.logLength);
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    if (state.markClosed()) {
      flush();
    }
  }
}
