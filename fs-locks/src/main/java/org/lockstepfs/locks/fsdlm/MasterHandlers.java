package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.message.Cancel;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.Unlock;

/**
 * What other nodes ask of this one as a master.
 *
 * <p>Source: Linux fs/dlm/lock.c, receive_request, receive_convert, receive_unlock, receive_cancel.
 */
final class MasterHandlers {
  private final Lockspace ls;

  MasterHandlers(Lockspace ls) {
    this.ls = ls;
  }

  void onRequest(int from, Request request) {
    Rsb res = ls.resources.get(request.name());
    if (res == null || res.master != ls.self) {
      FsDlmStatus why = res == null ? FsDlmStatus.EBADR : FsDlmStatus.ENOTBLK;
      refuse(from, MessageType.REQUEST_REPLY, request.lkid(), why);
      return;
    }
    if (ls.copy(from, request.lkid()) != null) {
      return;
    }
    Lkb lock = new Lkb(from, request.lkid(), ls.use(res.name), request.mode(), null, null);
    ls.enter(lock);
    lock.beginCopy(request.flags() & Lkf.REQUEST_FLAGS, request.mode(), null);
    FsDlmStatus result = ls.master.request(lock);
    ls.send(from, ls.master.reply(MessageType.REQUEST_REPLY, lock, result));
    ls.master.effects(lock, result);
    if (result == FsDlmStatus.EAGAIN) {
      ls.discard(lock);
    }
  }

  void onConvert(int from, Convert convert) {
    Lkb lock = ls.copy(from, convert.lkid());
    if (lock == null || !lock.isOn(lock.res.granted)) {
      FsDlmStatus why = lock == null ? FsDlmStatus.ENOENT : FsDlmStatus.EBUSY;
      refuse(from, MessageType.CONVERT_REPLY, convert.lkid(), why);
      return;
    }
    lock.beginCopy(convert.flags() & Lkf.CONVERT_FLAGS, convert.mode(), convert.lvb());
    boolean down = lock.isDownConversion();
    FsDlmStatus result = ls.master.convert(lock);
    if (!down) {
      ls.send(from, ls.master.reply(MessageType.CONVERT_REPLY, lock, result));
    }
    ls.master.effects(lock, result);
  }

  void onUnlock(int from, Unlock unlock) {
    Lkb lock = ls.copy(from, unlock.lkid());
    if (lock == null) {
      refuse(from, MessageType.UNLOCK_REPLY, unlock.lkid(), FsDlmStatus.ENOENT);
      return;
    }
    lock.beginCopy(unlock.flags() & Lkf.UNLOCK_FLAGS, lock.mode(), unlock.lvb());
    ls.master.unlock(lock);
    ls.send(from, ls.master.reply(MessageType.UNLOCK_REPLY, lock, FsDlmStatus.EUNLOCK));
    ls.granting.grantPending(lock.res);
  }

  void onCancel(int from, Cancel cancel) {
    Lkb lock = ls.copy(from, cancel.lkid());
    if (lock == null) {
      refuse(from, MessageType.CANCEL_REPLY, cancel.lkid(), FsDlmStatus.ENOENT);
      return;
    }
    FsDlmStatus result = ls.master.cancel(lock);
    ls.send(from, ls.master.reply(MessageType.CANCEL_REPLY, lock, result));
    if (result == FsDlmStatus.ECANCEL) {
      ls.granting.grantPending(lock.res);
    }
  }

  private void refuse(int to, MessageType type, long lkid, FsDlmStatus why) {
    ls.send(to, new Reply(type, lkid, why, 0, 0, null));
  }
}
