package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * The journal of a mounted slot.
 *
 * <p>Two locks: {@code state} guards memory and is never held over I/O; {@code io} is held by the
 * one thread that commits or checkpoints. A commit copies what it writes, so that the next
 * transaction can change the same blocks meanwhile, and what it copied is what a checkpoint brings
 * home. A block freed in a transaction that is committed is never written home again.
 */
public final class JbdJournal implements Journal {
  /** A transaction may take this part of the log. */
  private static final int TRANSACTION_SHARE = 4;

  private static final int GATHER_BYTES = 1 << 20;

  private final BlockDevice device;
  private final int blockSize;
  private final JournalMap map;
  private final JournalSuperblock sb;
  private final LogWriter log;
  private final Clock clock;
  private final long capacity;
  private final ByteBuffer gather = NativeBuffers.allocate(GATHER_BYTES);

  private final ReentrantLock state = new ReentrantLock();
  private final Condition changed = state.newCondition();
  private final ReentrantLock io = new ReentrantLock();

  private Transaction running;
  private boolean locked;
  private Set<Long> committing = Set.of();
  private Map<Long, Image> images = new HashMap<>();
  private Map<Long, Image> older = Map.of();
  private int committedId;
  private int checkpointedId;
  private long usedBlocks;
  private volatile IOException failure;

  private JbdJournal(
      BlockDevice device, int blockSize, JournalMap map, JournalSuperblock sb, Clock clock) {
    this.device = device;
    this.blockSize = blockSize;
    this.map = map;
    this.sb = sb;
    this.clock = clock;
    this.capacity = sb.blocks() - sb.first();
    this.log = new LogWriter(device, blockSize, map, sb, sb.first());
    this.running = new Transaction(sb.sequence());
    this.committedId = sb.sequence() - 1;
    this.checkpointedId = committedId;
  }

  /**
   * Opens an empty journal: a new one, or one that was closed or replayed.
   *
   * @throws IOException if it is damaged, or holds transactions that were not replayed
   */
  public static JbdJournal open(BlockDevice device, int blockSize, JournalMap map, Clock clock)
      throws IOException {
    JournalSuperblock sb = JournalSuperblock.read(device, blockSize, map);
    if (sb.start() != 0) {
      throw new IOException(device.name() + ": journal holds transactions that were not replayed");
    }
    sb.addIncompat(JournalSuperblock.INCOMPAT_REVOKE);
    sb.setTail(sb.first(), sb.sequence());
    sb.write(device, map);
    device.flush();
    return new JbdJournal(device, blockSize, map, sb, clock);
  }

  // --- updates ---

  @Override
  public Handle start(int blocks) throws IOException {
    if (blocks < 0 || blocks > maxHandleBlocks()) {
      throw new IOException(
          device.name() + ": update of " + blocks + " blocks, at most " + maxHandleBlocks());
    }
    while (true) {
      int full;
      state.lock();
      try {
        awaitUnlocked();
        if (running.size() + blocks <= maxTransactionBlocks()) {
          running.open(blocks);
          return new OpenHandle(running, blocks);
        }
        full = running.id();
      } finally {
        state.unlock();
      }
      commit(full);
    }
  }

  private void awaitUnlocked() throws IOException {
    checkAlive();
    while (locked) {
      changed.awaitUninterruptibly();
      checkAlive();
    }
  }

  private void checkAlive() throws IOException {
    IOException cause = failure;
    if (cause != null) {
      throw new IOException(device.name() + ": journal aborted: " + cause.getMessage(), cause);
    }
  }

  private int maxTransactionBlocks() {
    return (int) (capacity / TRANSACTION_SHARE);
  }

  @Override
  public int maxHandleBlocks() {
    return maxTransactionBlocks() / 2;
  }

  private final class OpenHandle implements Handle {
    private final Transaction transaction;
    private int credits;
    private boolean stopped;

    OpenHandle(Transaction transaction, int credits) {
      this.transaction = transaction;
      this.credits = credits;
    }

    @Override
    public void dirty(MetaBuffer buffer) throws IOException {
      state.lock();
      try {
        checkAlive();
        if (transaction.add(buffer)) {
          spend();
        }
      } finally {
        state.unlock();
      }
    }

    private void spend() throws IOException {
      if (credits > 0) {
        credits--;
        transaction.reserve(-1);
      } else if (transaction.size() > capacity / 2) {
        throw new IOException(device.name() + ": update exceeds its credits and cannot grow");
      }
    }

    @Override
    public void forget(long block) throws IOException {
      state.lock();
      try {
        checkAlive();
        transaction.dirty().remove(block);
        if (images.containsKey(block) || committing.contains(block)) {
          if (transaction.revoked().add(block)) {
            spend();
          }
        }
      } finally {
        state.unlock();
      }
    }

    @Override
    public boolean extend(int blocks) throws IOException {
      state.lock();
      try {
        checkAlive();
        if (transaction.size() + blocks > maxTransactionBlocks()) {
          return false;
        }
        transaction.reserve(blocks);
        credits += blocks;
        return true;
      } finally {
        state.unlock();
      }
    }

    @Override
    public int transactionId() {
      return transaction.id();
    }

    @Override
    public void stop() {
      state.lock();
      try {
        if (!stopped) {
          stopped = true;
          transaction.close(credits);
          changed.signalAll();
        }
      } finally {
        state.unlock();
      }
    }
  }

  @Override
  public MetaBuffer attached(long block) {
    state.lock();
    try {
      MetaBuffer buffer = running.dirty().get(block);
      if (buffer != null) {
        return buffer;
      }
      Image image = images.get(block);
      return image == null ? null : image.buffer();
    } finally {
      state.unlock();
    }
  }

  // --- commit ---

  @Override
  public int runningTransactionId() {
    state.lock();
    try {
      return running.id();
    } finally {
      state.unlock();
    }
  }

  @Override
  public void commit() throws IOException {
    commit(runningTransactionId());
  }

  @Override
  public void commit(int id) throws IOException {
    io.lock();
    try {
      commitLocked(id);
    } finally {
      io.unlock();
    }
  }

  /** A transaction that takes no more changes, and what it changed. */
  private record Closed(Transaction transaction, List<Image> copies) {}

  private void commitLocked(int id) throws IOException {
    checkAlive();
    Closed closed = close(id);
    if (closed == null) {
      return;
    }
    try {
      write(closed.transaction(), closed.copies());
    } catch (IOException e) {
      abort(e);
      throw e;
    }
  }

  /** Ends the running transaction and begins the next; null if there is nothing to commit. */
  private Closed close(int id) {
    state.lock();
    try {
      if (committedId - id >= 0 || (running.isEmpty() && running.openHandles() == 0)) {
        return null;
      }
      Transaction transaction = closeRunning();
      List<Image> copies = copy(transaction);
      running = new Transaction(transaction.id() + 1);
      locked = false;
      changed.signalAll();
      return new Closed(transaction, copies);
    } finally {
      state.unlock();
    }
  }

  /** Keeps new handles out until those of the running transaction have stopped. */
  private Transaction closeRunning() {
    locked = true;
    while (running.openHandles() > 0) {
      changed.awaitUninterruptibly();
    }
    return running;
  }

  private List<Image> copy(Transaction transaction) {
    List<Image> copies = new ArrayList<>(transaction.dirty().size());
    for (MetaBuffer buffer : transaction.dirty().values()) {
      byte[] bytes = new byte[blockSize];
      buffer.data().get(0, bytes);
      copies.add(new Image(buffer, bytes));
    }
    Map<Long, Image> attached = new HashMap<>(images);
    for (Image image : copies) {
      attached.put(image.buffer().block(), image);
    }
    older = images;
    images = attached;
    committing = new HashSet<>(transaction.dirty().keySet());
    return copies;
  }

  private void write(Transaction transaction, List<Image> copies) throws IOException {
    int needed = log.blocksFor(copies.size(), transaction.revoked().size());
    if (usedBlocks + needed >= capacity) {
      writeHome(older);
      moveTail(transaction.id());
    }
    log.writeBody(transaction.id(), copies, transaction.revoked());
    device.flush();
    log.writeCommit(transaction.id(), clock.instant());
    device.flush();
    usedBlocks += needed;
    state.lock();
    try {
      transaction.revoked().forEach(images::remove);
      committedId = transaction.id();
      committing = Set.of();
      older = Map.of();
      changed.signalAll();
    } finally {
      state.unlock();
    }
    if (usedBlocks > capacity / 2) {
      checkpointLocked();
    }
  }

  private void abort(IOException cause) {
    state.lock();
    try {
      failure = cause;
      locked = false;
      changed.signalAll();
    } finally {
      state.unlock();
    }
  }

  // --- checkpoint ---

  @Override
  public void flush() throws IOException {
    io.lock();
    try {
      commitLocked(runningTransactionId());
      checkpointLocked();
    } finally {
      io.unlock();
    }
  }

  /** Brings home everything committed; the log is empty afterwards, on disk as well. */
  private void checkpointLocked() throws IOException {
    checkAlive();
    if (usedBlocks == 0) {
      return;
    }
    try {
      writeHome(images);
      moveTail(committedId + 1);
      state.lock();
      try {
        images = new HashMap<>();
        checkpointedId = committedId;
      } finally {
        state.unlock();
      }
    } catch (IOException e) {
      abort(e);
      throw e;
    }
  }

  private void writeHome(Map<Long, Image> what) throws IOException {
    gather.clear();
    long start = 0;
    for (Map.Entry<Long, Image> entry : new TreeMap<>(what).entrySet()) {
      long block = entry.getKey();
      boolean continues =
          gather.position() > 0
              && start + gather.position() / blockSize == block
              && gather.remaining() >= blockSize;
      if (!continues) {
        drain(start);
        start = block;
      }
      gather.put(entry.getValue().bytes());
    }
    drain(start);
    device.flush();
  }

  private void drain(long start) throws IOException {
    if (gather.position() > 0) {
      gather.flip();
      device.write(start * blockSize, gather);
    }
    gather.clear();
  }

  /** Forgets what the log holds, durably: it must not be replayed over what others write later. */
  private void moveTail(int nextId) throws IOException {
    sb.setTail(log.head(), nextId);
    sb.write(device, map);
    device.flush();
    usedBlocks = 0;
  }

  @Override
  public boolean isCheckpointed(int id) {
    state.lock();
    try {
      return checkpointedId - id >= 0;
    } finally {
      state.unlock();
    }
  }

  @Override
  public boolean isAborted() {
    return failure != null;
  }

  @Override
  public void close() throws IOException {
    io.lock();
    try {
      commitLocked(runningTransactionId());
      checkpointLocked();
      sb.setTail(0, committedId + 1);
      sb.write(device, map);
      device.flush();
      abort(new IOException("closed"));
    } finally {
      io.unlock();
    }
  }
}
