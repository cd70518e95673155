package org.lockstepfs.fuse.ops;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.dlmglue.FlockRes;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Range;

/**
 * {@code fcntl} and {@code flock}: hands requests to the stack and answers when it does. No request
 * holds a thread while it waits.
 */
final class LockOps {
  private final PosixLocks posix;
  private final OpenHandles handles;

  LockOps(PosixLocks posix, OpenHandles handles) {
    this.posix = posix;
    this.handles = handles;
  }

  void getlk(long fh, FileLock lock, Replies.Locks reply) throws IOException {
    long block = handles.get(fh).inode().block();
    boolean exclusive = lock.type() == FileLock.Type.WRITE;
    posix.test(
        block,
        owner(lock),
        range(lock),
        exclusive,
        (errno, conflict) -> {
          if (errno != null) {
            reply.error(errno);
          } else {
            reply.lock(conflict.map(LockOps::describe).orElse(unlocked(lock)));
          }
        });
  }

  private static FileLock describe(PosixLocks.Conflict conflict) {
    FileLock.Type type = conflict.exclusive() ? FileLock.Type.WRITE : FileLock.Type.READ;
    return new FileLock(
        conflict.owner().owner(),
        conflict.range().start(),
        conflict.range().end(),
        type,
        conflict.owner().pid());
  }

  private static FileLock unlocked(FileLock asked) {
    return new FileLock(
        asked.owner(), asked.start(), asked.end(), FileLock.Type.UNLOCK, asked.pid());
  }

  void setlk(Request rq, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    OpenHandle handle = handles.get(fh);
    long block = handle.inode().block();
    if (lock.type() == FileLock.Type.UNLOCK) {
      posix.unlock(block, owner(lock), range(lock), errno -> answer(reply, errno));
      return;
    }
    handle.rememberOwner(lock.owner());
    boolean exclusive = lock.type() == FileLock.Type.WRITE;
    PosixLocks.Pending pending =
        posix.lock(block, owner(lock), range(lock), exclusive, wait, errno -> answer(reply, errno));
    if (wait) {
      rq.onInterrupt(pending::cancel);
    }
  }

  void flock(Request rq, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    OpenHandle handle = handles.get(fh);
    if (lock.type() == FileLock.Type.UNLOCK) {
      handle.flock().unlock(errno -> answer(reply, errno));
      return;
    }
    LockMode mode = lock.type() == FileLock.Type.WRITE ? LockMode.EX : LockMode.PR;
    FlockRes.Pending pending = handle.flock().lock(mode, !wait, errno -> answer(reply, errno));
    if (wait) {
      rq.onInterrupt(pending::cancel);
    }
  }

  /** A descriptor was closed: the POSIX owner's locks on the file go, whoever set them. */
  void flush(long fh, long lockOwner, Replies.Ok reply) throws IOException {
    OpenHandle handle = handles.get(fh);
    handle.forgetOwner(lockOwner);
    posix.close(handle.inode().block(), new Owner(lockOwner, 0), errno -> answer(reply, errno));
  }

  /** Drops what a description still holds at its end; returns when all of it is on its way. */
  void release(OpenHandle handle) {
    for (long owner : handle.takeOwners()) {
      posix.close(handle.inode().block(), new Owner(owner, 0), errno -> {});
    }
    FlockRes flock = handle.takeFlock();
    if (flock != null) {
      flock.close(() -> {});
    }
  }

  private static void answer(Replies.Ok reply, Errno errno) {
    if (errno == null) {
      reply.ok();
    } else {
      reply.error(errno);
    }
  }

  private static Owner owner(FileLock lock) {
    return new Owner(lock.owner(), lock.pid());
  }

  private static Range range(FileLock lock) {
    return new Range(lock.start(), lock.end());
  }
}
