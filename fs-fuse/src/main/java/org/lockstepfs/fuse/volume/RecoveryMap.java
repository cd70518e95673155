package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.stack.glue.RecoveryHandler;

/**
 * The nodes that died and whose journals have not been replayed yet. Until they are, nobody on this
 * node reads metadata that was not cached before: it may lack what is in those journals.
 *
 * <p>Thread-safe. Source: Linux 6.1 fs/ocfs2/journal.c, struct ocfs2_recovery_map,
 * ocfs2_wait_for_recovery.
 */
final class RecoveryMap implements RecoveryHandler {
  /** By node, which of all deaths it was: a node may die again while it is being recovered. */
  private final Map<Integer, Long> dead = new TreeMap<>();

  private final Set<Integer> back = new HashSet<>();
  private long deaths;
  private Thread replayer;
  private Thread cleaner;
  private Runnable listener = () -> {};
  private boolean closed;

  @Override
  public synchronized void nodeDown(int node) {
    back.remove(node);
    dead.put(node, deaths++);
    listener.run();
  }

  @Override
  public synchronized void nodeBack(int node) {
    if (dead.containsKey(node)) {
      back.add(node);
    }
  }

  /** Returns whether a node to recover lives again, so that a lock of its may be its new life's. */
  synchronized boolean isBack(int node) {
    return back.contains(node);
  }

  /** Sets whom to tell of deaths, at once if there were some; must not block. */
  synchronized void onDeath(Runnable newListener) {
    listener = newListener;
    if (!dead.isEmpty()) {
      listener.run();
    }
  }

  /** This thread replays journals from now on, and so waits for no replay. */
  synchronized void replays(Thread thread) {
    replayer = thread;
    cleaner = null;
  }

  /**
   * This thread has replayed the journals and goes on to clean up. Metadata is as unreliable to it
   * as to others once another node dies; but it must not wait, for it may be the only one that can
   * replay.
   */
  synchronized void cleans(Thread thread) {
    replayer = null;
    cleaner = thread;
  }

  /** Nobody on this node recovers any more. */
  synchronized void rests() {
    replayer = null;
    cleaner = null;
  }

  /** Returns the nodes to recover, and for each which death it was. */
  synchronized Map<Integer, Long> pending() {
    return Map.copyOf(dead);
  }

  /** Lets go who waits, if nobody has died since {@link #pending} returned {@code done}. */
  synchronized void recovered(Map<Integer, Long> done) {
    dead.entrySet().removeAll(done.entrySet());
    back.retainAll(dead.keySet());
    notifyAll();
  }

  /**
   * Waits until nothing is to be recovered; the thread that replays goes on at once.
   *
   * @throws NodeDiedException if this thread cleans up, and has to replay another journal first
   * @throws IOException EINTR if interrupted, EIO if the volume is left before
   */
  synchronized void await() throws IOException {
    while (!dead.isEmpty() && Thread.currentThread() != replayer) {
      if (Thread.currentThread() == cleaner) {
        throw new NodeDiedException(dead.keySet());
      }
      if (closed) {
        throw new IOException(
            "the volume is left before nodes " + dead.keySet() + " are recovered");
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ErrnoException(Errno.EINTR, "interrupted while nodes are recovered");
      }
    }
  }

  /** Nothing will be recovered any more. */
  synchronized void close() {
    closed = true;
    listener = () -> {};
    notifyAll();
  }
}
