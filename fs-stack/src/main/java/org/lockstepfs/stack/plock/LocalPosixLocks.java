package org.lockstepfs.stack.plock;

import java.io.Closeable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.plock.PlockConfig;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.stack.glue.PlockStats;
import org.lockstepfs.stack.glue.PosixLocks;

/** Byte-range locks of a volume that no other node mounts: a cluster of one. Thread-safe. */
public final class LocalPosixLocks implements PosixLocks, Closeable {
  private final PlockActor actor;

  /**
   * Makes an empty lock table.
   *
   * @param executor brings the time; not shut down here
   */
  public LocalPosixLocks(ScheduledExecutorService executor) {
    PlockMember self = new PlockMember(0, 1);
    actor =
        new PlockActor(
            PlockConfig.defaults(self, 0),
            (node, envelope) -> {
              throw new IllegalStateException("a lone node has nobody to send to");
            },
            executor);
    actor.view(new PlockView(List.of(self)));
  }

  @Override
  public Pending lock(
      long inode, Owner owner, Range range, boolean exclusive, boolean wait, Consumer<Errno> done) {
    return actor.lock(inode, owner, range, exclusive, wait, done);
  }

  @Override
  public void unlock(long inode, Owner owner, Range range, Consumer<Errno> done) {
    actor.unlock(inode, owner, range, done);
  }

  @Override
  public void test(
      long inode,
      Owner owner,
      Range range,
      boolean exclusive,
      BiConsumer<Errno, Optional<Conflict>> done) {
    actor.test(inode, owner, range, exclusive, done);
  }

  @Override
  public void close(long inode, Owner owner, Consumer<Errno> done) {
    actor.close(inode, owner, done);
  }

  @Override
  public PlockStats stats() {
    return actor.stats();
  }

  /** Ends waiting requests with EIO. */
  @Override
  public void close() {
    actor.shutdown();
  }
}
