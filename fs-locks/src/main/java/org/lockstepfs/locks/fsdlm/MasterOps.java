package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.LvbDirection;

/**
 * The four operations as the master carries them out, for its own locks and its copies of others'.
 * Each is followed by its effects, once the requester's answer is on its way.
 *
 * <p>Source: Linux fs/dlm/lock.c, do_request, do_convert, do_unlock, do_cancel and their effects;
 * set_lvb_lock, set_lvb_unlock.
 */
final class MasterOps {
  private final Lockspace ls;

  MasterOps(Lockspace ls) {
    this.ls = ls;
  }

  /** Grants or queues a new lock; EAGAIN if neither was possible. */
  FsDlmStatus request(Lkb lock) {
    Rsb res = lock.res;
    if (ls.granting.grantable(res, lock, true)) {
      grant(lock);
      return FsDlmStatus.SUCCESS;
    }
    if (lock.has(Lkf.NOQUEUE)) {
      return FsDlmStatus.EAGAIN;
    }
    lock.mode(lock.wanted);
    res.waiting.moveToTail(lock);
    return FsDlmStatus.EINPROGRESS;
  }

  /** Grants or queues a conversion; EAGAIN or EDEADLK leave the lock as it was. */
  FsDlmStatus convert(Lkb lock) {
    Rsb res = lock.res;
    Granting.Verdict verdict = ls.granting.decide(res, lock, true);
    if (verdict == Granting.Verdict.WAIT && lock.demoted) {
      // What it gave up may let others through, and then itself.
      ls.granting.grantConversions(res);
      verdict = ls.granting.decide(res, lock, true);
    }
    if (verdict == Granting.Verdict.GRANT) {
      grant(lock);
      return FsDlmStatus.SUCCESS;
    }
    if (verdict == Granting.Verdict.DEADLOCK && !lock.has(Lkf.NODLCKWT)) {
      return FsDlmStatus.EDEADLK;
    }
    if (lock.has(Lkf.NOQUEUE)) {
      return FsDlmStatus.EAGAIN;
    }
    lock.convertTo(lock.wanted);
    res.converting.moveToTail(lock);
    return FsDlmStatus.EINPROGRESS;
  }

  /**
   * Does what a request or conversion with this result means for others. A lock that was granted
   * past those who wait may be in their way, and hears of it.
   */
  void effects(Lkb lock, FsDlmStatus result) {
    Rsb res = lock.res;
    if (result == FsDlmStatus.SUCCESS || lock.demoted) {
      ls.granting.grantPending(res);
    } else if (result == FsDlmStatus.EINPROGRESS) {
      ls.granting.askGranted(res, lock);
    } else if (result == FsDlmStatus.EAGAIN && lock.has(Lkf.NOQUEUEBAST)) {
      ls.granting.askAll(res, lock);
    }
  }

  /** Removes a lock, and writes its value block if it held PW or EX. */
  void unlock(Lkb lock) {
    Rsb res = lock.res;
    if (lock.isHeld() && lock.mode().ordinal() >= LockMode.PW.ordinal()) {
      write(res, lock);
    }
    ls.discard(lock);
  }

  /** Withdraws what waits: ECANCEL, or SUCCESS if there was nothing to withdraw. */
  FsDlmStatus cancel(Lkb lock) {
    return revert(lock) ? FsDlmStatus.ECANCEL : FsDlmStatus.SUCCESS;
  }

  /** Puts a converting lock back, takes a waiting one away; returns false if it is neither. */
  boolean revert(Lkb lock) {
    Rsb res = lock.res;
    if (lock.isOn(res.converting)) {
      lock.convertTo(null);
      lock.wanted = lock.mode();
      res.granted.moveToTail(lock);
      return true;
    }
    if (lock.isOn(res.waiting)) {
      ls.discard(lock);
      return true;
    }
    return false;
  }

  /** Grants what stood in a queue, and tells its holder. */
  void grantQueued(Lkb lock) {
    grant(lock);
    if (lock.node == ls.self) {
      ls.complete(lock, FsDlmStatus.SUCCESS);
    } else {
      ls.send(lock.node, reply(MessageType.GRANT, lock, FsDlmStatus.SUCCESS));
    }
  }

  void bast(Lkb lock, LockMode mode) {
    if (lock.node == ls.self) {
      ls.emit(new Effect.Bast(lock, mode));
    } else {
      ls.send(lock.node, new Bast(lock.id, mode));
    }
  }

  Reply reply(MessageType type, Lkb lock, FsDlmStatus result) {
    int sbFlags = (lock.demoted ? Reply.DEMOTED : 0) | (lock.valNotValid ? Reply.VALNOTVALID : 0);
    byte[] lvb = result == FsDlmStatus.SUCCESS && lock.has(Lkf.VALBLK) ? lock.lvb : null;
    return new Reply(type, lock.id, result, sbFlags, lock.res.lvbSeq, lvb);
  }

  private void grant(Lkb lock) {
    Rsb res = lock.res;
    LockMode from = lock.isHeld() ? lock.mode() : null;
    LvbDirection direction = LvbDirection.of(from, lock.wanted);
    lock.lvbValid = false;
    if (direction == LvbDirection.TO_RESOURCE) {
      write(res, lock);
    } else if (direction == LvbDirection.TO_CALLER && lock.has(Lkf.VALBLK)) {
      lock.valNotValid = res.valNotValid;
      lock.readLvb(res.lvb, res.lvbSeq);
    }
    lock.mode(lock.wanted);
    lock.convertTo(null);
    lock.highBast = null;
    res.granted.moveToTail(lock);
  }

  private static void write(Rsb res, Lkb lock) {
    if (lock.has(Lkf.IVVALBLK)) {
      res.valNotValid = true;
    } else if (lock.lvbToWrite != null) {
      res.lvb = lock.lvbToWrite;
      res.lvbSeq++;
      res.valNotValid = false;
      lock.wroteLvb(res.lvbSeq);
    }
  }
}
