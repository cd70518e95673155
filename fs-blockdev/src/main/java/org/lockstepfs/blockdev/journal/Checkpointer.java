package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes committed images home and gives up their log space.
 *
 * <p>One checkpoint runs at a time, so an older image never overtakes a newer one on its way home.
 * Source: Linux 6.1 fs/jbd2/checkpoint.c.
 */
final class Checkpointer {
  private final JournalState state;
  private final HomeWriter home;
  private final LogTail tail;
  private final ReentrantLock running = new ReentrantLock();

  Checkpointer(JournalState state, HomeWriter home, LogTail tail) {
    this.state = state;
    this.home = home;
    this.tail = tail;
  }

  /** Checkpoints the committed transactions up to {@code tid}; returns when the log forgot them. */
  void checkpoint(int tid) throws IOException {
    running.lock();
    try {
      SortedMap<Long, byte[]> images = take(tid);
      boolean written = false;
      try {
        home.write(images);
        written = true;
      } finally {
        finish(images, written);
      }
      tail.advance();
    } catch (IOException e) {
      state.abort(e);
      throw e;
    } finally {
      running.unlock();
    }
  }

  private SortedMap<Long, byte[]> take(int tid) throws IOException {
    state.lock.lock();
    try {
      state.checkNotAborted();
      SortedMap<Long, byte[]> images = new TreeMap<>();
      for (Transaction transaction : state.committed) {
        if (Tid.isAtLeast(tid, transaction.tid)) {
          images.putAll(transaction.unwritten);
        }
      }
      state.inFlight = images.keySet();
      return images;
    } finally {
      state.lock.unlock();
    }
  }

  private void finish(SortedMap<Long, byte[]> images, boolean written) {
    state.lock.lock();
    try {
      state.inFlight = Collections.emptySet();
      if (written) {
        images.forEach(state::markHome);
      }
      state.signal();
    } finally {
      state.lock.unlock();
    }
  }
}
