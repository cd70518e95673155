package org.lockstepfs.stack.plock;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.plock.PlockInfo;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.plock.PlockOp;
import org.lockstepfs.stack.glue.PlockDaemon.VolumeLocks;
import org.lockstepfs.stack.glue.PlockStats;

/**
 * One volume's byte-range locks in another program's table. An owner of value 0 is no process but
 * one of many clients of a file server, told apart by pid.
 */
final class ExternalPosixLocks implements VolumeLocks {
  /** Those that have two names. */
  private static final List<Errno> COMMON = List.of(Errno.EAGAIN, Errno.EDEADLK);

  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  private final ExternalPlocks plocks;
  private final int fsid;
  private final int node;
  private final PlockStats stats = new PlockStats(System::nanoTime);

  ExternalPosixLocks(ExternalPlocks plocks, int fsid, int node) {
    this.plocks = plocks;
    this.fsid = fsid;
    this.node = node;
  }

  /** A lock request and, once the device has it, its handle there. */
  private final class PendingLock implements Pending {
    private PlockOp op;

    @Override
    public void cancel() {
      plocks.cancel(() -> op);
    }
  }

  @Override
  public Pending lock(
      long inode, Owner owner, Range range, boolean exclusive, boolean wait, Consumer<Errno> done) {
    PendingLock pending = new PendingLock();
    PlockStats.Request counted = stats.request();
    stats.remote();
    stats.message();
    plocks.submit(
        info(Op.LOCK, inode, owner, range, exclusive, wait),
        (rv, conflict) -> {
          counted.ended(errno(rv));
          done.accept(errno(rv));
        },
        op -> {
          pending.op = op;
          counted.left();
        });
    return pending;
  }

  @Override
  public void unlock(long inode, Owner owner, Range range, Consumer<Errno> done) {
    stats.message();
    plocks.submit(
        info(Op.UNLOCK, inode, owner, range, false, false),
        (rv, conflict) -> done.accept(errno(rv)),
        op -> {});
  }

  @Override
  public void test(
      long inode,
      Owner owner,
      Range range,
      boolean exclusive,
      BiConsumer<Errno, Optional<Conflict>> done) {
    stats.message();
    plocks.submit(
        info(Op.GET, inode, owner, range, exclusive, false),
        (rv, conflict) ->
            done.accept(errno(rv), Optional.ofNullable(conflict).map(ExternalPosixLocks::shown)),
        op -> {});
  }

  private static Conflict shown(PlockInfo lock) {
    return new Conflict(
        lock.node(),
        new Owner(lock.owner(), lock.pid()),
        new Range(lock.start(), lock.end()),
        lock.exclusive());
  }

  @Override
  public void close(long inode, Owner owner, Consumer<Errno> done) {
    plocks.close(info(Op.UNLOCK, inode, owner, ALL, false, false));
    done.accept(null);
  }

  @Override
  public PlockStats stats() {
    return stats;
  }

  @Override
  public void leave() {
    plocks.forget(fsid);
  }

  private PlockInfo info(
      Op op, long inode, Owner owner, Range range, boolean exclusive, boolean wait) {
    long who = owner.owner() == 0 ? owner.pid() : owner.owner();
    return new PlockInfo(
        op,
        exclusive,
        wait,
        false,
        owner.pid(),
        node,
        0,
        fsid,
        inode,
        range.start(),
        range.end(),
        who);
  }

  private static Errno errno(int rv) {
    if (rv == 0) {
      return null;
    }
    for (Errno common : COMMON) {
      if (common.intValue() == -rv) {
        return common;
      }
    }
    Errno errno = Errno.valueOf(-rv);
    return errno == Errno.__UNKNOWN_CONSTANT__ ? Errno.EIO : errno;
  }
}
