package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Cancel;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.Lookup;
import org.lockstepfs.locks.fsdlm.message.LookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.Remove;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.Unlock;

/**
 * Hands each message to its handler, unless its sender or its time is past; who the sender is, the
 * connection says, not the message.
 *
 * <p>Source: Linux fs/dlm/lock.c, dlm_receive_buffer, dlm_receive_message.
 */
final class Dispatcher {
  private final Lockspace ls;
  private final RequestQueue saved;
  private final Recovery recovery;
  private final MasterHandlers masters;
  private final HolderHandlers holders;

  Dispatcher(Lockspace ls, RequestQueue saved, Recovery recovery) {
    this.ls = ls;
    this.saved = saved;
    this.recovery = recovery;
    this.masters = new MasterHandlers(ls);
    this.holders = new HolderHandlers(ls);
  }

  void receive(int from, Envelope envelope) {
    long seq = envelope.seq();
    if (from == ls.self || seq > ls.seq || !ls.members.knowsSender(from, seq)) {
      return;
    }
    if (envelope.message().type().isRecovery()) {
      if (seq == ls.seq) {
        recovery.onMessage(from, envelope.message());
      }
    } else if (ls.running) {
      handle(from, envelope);
    } else {
      saved.add(from, envelope);
    }
  }

  /** Handles what arrived while locking was stopped. */
  void replay() {
    saved.purge();
    for (RequestQueue.Entry e = saved.poll(); e != null; e = saved.poll()) {
      handle(e.from(), e.envelope());
    }
  }

  private void handle(int from, Envelope envelope) {
    Message message = envelope.message();
    if (message.type().isDirectory()) {
      if (envelope.seq() == ls.seq) {
        handleDirectory(from, message);
      }
    } else if (message instanceof Request m) {
      masters.onRequest(from, m);
    } else if (message instanceof Convert m) {
      masters.onConvert(from, m);
    } else if (message instanceof Unlock m) {
      masters.onUnlock(from, m);
    } else if (message instanceof Cancel m) {
      masters.onCancel(from, m);
    } else if (message instanceof Reply m) {
      holders.onReply(from, m);
    } else if (message instanceof Bast m) {
      holders.onBast(from, m);
    }
  }

  private void handleDirectory(int from, Message message) {
    if (message instanceof Lookup m) {
      ls.mastery.onLookup(from, m);
    } else if (message instanceof LookupReply m) {
      ls.mastery.onLookupReply(from, m);
    } else if (message instanceof Remove m) {
      ls.mastery.onRemove(from, m);
    }
  }
}
