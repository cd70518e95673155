package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.journal.MetaBuffer;

/**
 * A journal that writes each handle's blocks home when it stops, and that refuses a handle which
 * dirties more blocks than it asked for. Transactions end at {@link #flush}.
 */
public final class WriteThroughJournal implements Journal {
  private final BlockDevice device;
  private final int blockSize;
  private final ThreadLocal<Boolean> open = ThreadLocal.withInitial(() -> false);
  private int transaction = 1;
  private int flushes;
  private volatile int mostToExtend = Integer.MAX_VALUE;

  WriteThroughJournal(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
  }

  /** Lets handles grow by so many blocks and no more. */
  public void limitExtend(int blocks) {
    mostToExtend = blocks;
  }

  boolean isHandleOpen() {
    return open.get();
  }

  synchronized int flushes() {
    return flushes;
  }

  @Override
  public Handle start(int blocks) {
    if (open.get()) {
      throw new IllegalStateException("This thread has a handle already");
    }
    open.set(true);
    return new WriteThroughHandle(blocks, runningTransactionId());
  }

  private final class WriteThroughHandle implements Handle {
    private final Map<Long, MetaBuffer> dirty = new TreeMap<>();
    private final int id;
    private int credits;
    private int extended;
    private boolean stopped;

    WriteThroughHandle(int credits, int id) {
      this.credits = credits;
      this.id = id;
    }

    @Override
    public void dirty(MetaBuffer buffer) {
      MetaBuffer earlier = dirty.put(buffer.block(), buffer);
      if (earlier != null && earlier != buffer) {
        throw new IllegalStateException("Two buffers for block " + buffer.block());
      }
      if (dirty.size() > credits) {
        throw new IllegalStateException("Handle with " + credits + " credits dirties " + dirty);
      }
    }

    @Override
    public void forget(long block) {
      dirty.remove(block);
    }

    @Override
    public boolean extend(int blocks) {
      if (extended + blocks > mostToExtend) {
        return false;
      }
      extended += blocks;
      credits += blocks;
      return true;
    }

    @Override
    public int transactionId() {
      return id;
    }

    @Override
    public void stop() {
      if (stopped) {
        return;
      }
      stopped = true;
      open.set(false);
      for (MetaBuffer buffer : dirty.values()) {
        try {
          device.write(buffer.block() * blockSize, buffer.data().duplicate().clear());
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Override
  public int maxHandleBlocks() {
    return Integer.MAX_VALUE;
  }

  @Override
  public MetaBuffer attached(long block) {
    return null;
  }

  @Override
  public void commit(int transactionId) {}

  @Override
  public void commit() {}

  @Override
  public synchronized void flush() {
    if (isHandleOpen()) {
      throw new IllegalStateException("Flush under a handle would wait for itself");
    }
    transaction++;
    flushes++;
  }

  @Override
  public synchronized int runningTransactionId() {
    return transaction;
  }

  @Override
  public synchronized boolean isCheckpointed(int id) {
    return id < transaction;
  }

  @Override
  public boolean isAborted() {
    return false;
  }

  @Override
  public void close() {}
}
