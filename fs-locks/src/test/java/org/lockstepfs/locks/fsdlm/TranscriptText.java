package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.Lookup;
import org.lockstepfs.locks.fsdlm.message.LookupReply;
import org.lockstepfs.locks.fsdlm.message.MasterLookup;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Remove;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.fsdlm.message.Unlock;

/** A message as transcripts show it. */
final class TranscriptText {
  private TranscriptText() {}

  static String of(Envelope envelope) {
    String type = envelope.message().type().toString();
    String details = details(envelope.message());
    return type + (details.isEmpty() ? "" : " " + details) + " (" + envelope.seq() + ")";
  }

  private static String details(Message message) {
    if (message instanceof Request m) {
      return m.mode() + " " + m.name();
    } else if (message instanceof Convert m) {
      return m.mode() + value(m.lvb());
    } else if (message instanceof Unlock m) {
      return value(m.lvb()).trim();
    } else if (message instanceof Reply m) {
      return m.result()
          + (m.has(Reply.DEMOTED) ? " DEMOTED" : "")
          + (m.has(Reply.VALNOTVALID) ? " VALNOTVALID" : "")
          + value(m.lvb());
    } else if (message instanceof Bast m) {
      return m.mode().toString();
    } else if (message instanceof StatusReply m) {
      return "0x" + Integer.toHexString(m.status());
    } else if (message instanceof LockState m) {
      String wanted = m.mode() == m.wanted() ? "" : "->" + m.wanted();
      return m.name() + " " + m.queue() + " " + m.mode() + wanted + (m.lvbValid() ? " valid" : "");
    }
    return aboutMasters(message);
  }

  private static String aboutMasters(Message message) {
    if (message instanceof Lookup m) {
      return m.name().toString();
    } else if (message instanceof LookupReply m) {
      return "master " + m.master();
    } else if (message instanceof Remove m) {
      return m.name().toString();
    } else if (message instanceof NamesReply m) {
      return m.names().toString();
    } else if (message instanceof MasterLookup m) {
      return m.name().toString();
    } else if (message instanceof MasterLookupReply m) {
      return m.name() + " master " + m.master();
    }
    return "";
  }

  private static String value(byte[] lvb) {
    return lvb == null ? "" : " with value";
  }
}
