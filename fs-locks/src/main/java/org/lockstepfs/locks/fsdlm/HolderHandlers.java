package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.Lkb.Wait;
import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Reply;

/**
 * What masters tell this node as a holder. An answer that nobody waits for is dropped.
 *
 * <p>Source: Linux fs/dlm/lock.c, receive_request_reply, receive_convert_reply,
 * receive_unlock_reply, receive_cancel_reply, receive_grant, receive_bast.
 */
final class HolderHandlers {
  private final Lockspace ls;

  HolderHandlers(Lockspace ls) {
    this.ls = ls;
  }

  void onReply(int from, Reply reply) {
    Lkb lock = ls.locks.get(reply.lkid());
    if (lock == null) {
      return;
    }
    switch (reply.type()) {
      case REQUEST_REPLY -> {
        if (answers(lock, Wait.REQUEST, from)) {
          onRequestReply(lock, from, reply);
        }
      }
      case CONVERT_REPLY -> {
        if (answers(lock, Wait.CONVERT, from)) {
          onConvertReply(lock, reply);
        }
      }
      case UNLOCK_REPLY -> {
        if (answers(lock, Wait.UNLOCK, from)) {
          ls.completeGone(lock, FsDlmStatus.EUNLOCK);
        }
      }
      case CANCEL_REPLY -> {
        if (answers(lock, Wait.CANCEL, from)) {
          onCancelReply(lock, reply);
        }
      }
      default -> onGrant(lock, from, reply);
    }
  }

  private static boolean answers(Lkb lock, Wait wait, int from) {
    if (lock.wait != wait || lock.waitNode != from) {
      return false;
    }
    lock.stopWaiting();
    return true;
  }

  private void onRequestReply(Lkb lock, int from, Reply reply) {
    Rsb res = lock.res;
    switch (reply.result()) {
      case EBADR, ENOTBLK -> ls.mastery.refused(lock, from);
      case SUCCESS -> {
        grant(lock, reply);
        confirmed(res, lock);
        ls.operations.overlapped(lock);
      }
      case EINPROGRESS -> {
        lock.mode(lock.wanted);
        res.waiting.moveToTail(lock);
        confirmed(res, lock);
        ls.operations.overlapped(lock);
      }
      default -> {
        ls.completeGone(lock, reply.result());
        confirmed(res, lock);
      }
    }
  }

  private void confirmed(Rsb res, Lkb lock) {
    if (res.first == lock) {
      ls.mastery.confirm(res);
    }
  }

  private void onConvertReply(Lkb lock, Reply reply) {
    takeDemotion(lock, reply);
    switch (reply.result()) {
      case SUCCESS -> grant(lock, reply);
      case EINPROGRESS -> {
        lock.convertTo(lock.wanted);
        lock.res.converting.moveToTail(lock);
      }
      default -> {
        lock.wanted = lock.mode();
        ls.complete(lock, reply.result());
      }
    }
    ls.operations.overlapped(lock);
  }

  private void onCancelReply(Lkb lock, Reply reply) {
    if (reply.result() == FsDlmStatus.ECANCEL) {
      takeDemotion(lock, reply);
      if (ls.master.revert(lock)) {
        boolean unlocked = lock.isGone() && lock.overlapUnlock;
        ls.complete(lock, unlocked ? FsDlmStatus.EUNLOCK : FsDlmStatus.ECANCEL);
      }
    }
    ls.operations.overlapped(lock);
  }

  private void onGrant(Lkb lock, int from, Reply reply) {
    boolean waits = lock.isOn(lock.res.converting) || lock.isOn(lock.res.waiting);
    if (waits && lock.res.master == from) {
      takeDemotion(lock, reply);
      grant(lock, reply);
    }
  }

  private static void takeDemotion(Lkb lock, Reply reply) {
    if (reply.has(Reply.DEMOTED) && lock.isHeld()) {
      lock.demote();
    }
  }

  private void grant(Lkb lock, Reply reply) {
    lock.valNotValid = reply.has(Reply.VALNOTVALID);
    ls.operations.granted(lock, reply.lvb(), reply.lvbSeq());
    ls.complete(lock, FsDlmStatus.SUCCESS);
  }

  void onBast(int from, Bast bast) {
    Lkb lock = ls.locks.get(bast.lkid());
    if (lock != null && lock.res.master == from && lock.isHeld()) {
      ls.emit(new Effect.Bast(lock, bast.mode()));
    }
  }
}
