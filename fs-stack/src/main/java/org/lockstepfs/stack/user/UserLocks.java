package org.lockstepfs.stack.user;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.fsdlm.Effect;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.FsDlmStatus;
import org.lockstepfs.locks.fsdlm.Lkf;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.node.DlmMeters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file system's operations as those of fsdlm, and its results as those that the file system
 * expects. Used inside one mailbox.
 *
 * <p>A cancel that came too late is not reported; the engine is busy with it for a moment, though,
 * and the next operation waits meanwhile.
 *
 * <p>Source: Linux fs/ocfs2/stack_user.c, user_dlm_lock, user_dlm_unlock, fsdlm_lock_ast_wrapper.
 */
final class UserLocks {
  private static final Logger LOG = LoggerFactory.getLogger(UserLocks.class);

  private final String name;
  private final FsDlm engine;
  private final LockingProtocol protocol;
  private final DlmMeters meters;
  private final Deque<UserLock> holding = new ArrayDeque<>();

  UserLocks(String name, FsDlm engine, LockingProtocol protocol, DlmMeters meters) {
    this.name = name;
    this.engine = engine;
    this.protocol = protocol;
    this.meters = meters;
  }

  static UserLock of(Lksb lksb) throws ErrnoException {
    if (lksb.pluginHandle() instanceof UserLock lock) {
      return lock;
    }
    throw new ErrnoException(Errno.EINVAL, "lock was never requested");
  }

  /** The file system resolves conversion deadlocks by cancels. */
  private static int bits(Set<LockFlag> flags) {
    int bits = Lkf.NODLCKWT;
    if (flags.contains(LockFlag.NOQUEUE)) {
      bits |= Lkf.NOQUEUE;
    }
    if (flags.contains(LockFlag.VALBLK)) {
      bits |= Lkf.VALBLK;
    }
    return bits;
  }

  void request(UserLock lock, LockMode mode, Set<LockFlag> flags, LockId id) {
    ResName resource = ResName.of(id.toBytes());
    lock.lkb(engine.lock(mode, bits(flags), resource, lock.lksb().lvb(), lock));
  }

  void convert(UserLock lock, LockMode mode, Set<LockFlag> flags) {
    if (isBusy(lock)) {
      hold(lock, () -> convert(lock, mode, flags));
      return;
    }
    FsDlmStatus status =
        lock.lkb() == null ? FsDlmStatus.ENOENT : engine.convert(lock.lkb(), mode, bits(flags));
    if (status != FsDlmStatus.SUCCESS) {
      LOG.error("{}: conversion of {} to {} refused: {}", name, lock.lkb(), mode, status);
      lock.lksb().status(UserErrno.of(status));
      protocol.lockAst(lock.lksb());
    }
  }

  void unlock(UserLock lock, Set<LockFlag> flags) {
    if (isBusy(lock)) {
      hold(lock, () -> unlock(lock, flags));
      return;
    }
    int bits = flags.contains(LockFlag.VALBLK) ? Lkf.VALBLK : 0;
    FsDlmStatus status = lock.lkb() == null ? FsDlmStatus.ENOENT : engine.unlock(lock.lkb(), bits);
    if (status != FsDlmStatus.SUCCESS) {
      LOG.error("{}: unlock of {} refused: {}", name, lock.lkb(), status);
      protocol.unlockAst(lock.lksb(), UserErrno.of(status));
    }
  }

  /** A request that has ended meanwhile was told so by its own AST. */
  void cancel(UserLock lock) {
    if (lock.release() != null) {
      protocol.unlockAst(lock.lksb(), null);
    } else if (lock.lkb() != null) {
      engine.cancel(lock.lkb());
    }
  }

  private static boolean isBusy(UserLock lock) {
    return lock.lkb() != null && !lock.lkb().isIdle();
  }

  private void hold(UserLock lock, Runnable operation) {
    lock.hold(operation);
    holding.add(lock);
  }

  /** Begins an operation that has waited and need not any more; returns whether there was one. */
  boolean resume() {
    for (UserLock lock : holding) {
      if (!isBusy(lock)) {
        holding.remove(lock);
        Runnable operation = lock.release();
        if (operation != null) {
          operation.run();
        }
        return true;
      }
    }
    return false;
  }

  void ended(Effect.Ast ast) {
    meters.asts.increment();
    UserLock lock = (UserLock) ast.lock().attachment();
    Lksb lksb = lock.lksb();
    FsDlmStatus status = ast.status();
    if (ast.mode() == null) {
      lock.lkb(null);
      meters.lockWent();
    }
    lksb.lvbValid(!ast.lvbInvalid());
    if (status == FsDlmStatus.EUNLOCK || status == FsDlmStatus.ECANCEL) {
      protocol.unlockAst(lksb, null);
    } else {
      lksb.status(UserErrno.of(status));
      protocol.lockAst(lksb);
    }
  }

  void blocked(Effect.Bast bast) {
    meters.basts.increment();
    UserLock lock = (UserLock) bast.lock().attachment();
    protocol.blockingAst(lock.lksb(), bast.blocked());
  }
}
