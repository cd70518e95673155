package org.lockstepfs.locks.fsdlm.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.fsdlm.FsDlmStatus;
import org.lockstepfs.locks.fsdlm.message.LockState.Queue;
import org.lockstepfs.locks.o2dlm.ResName;

/** Turns messages into bytes and back; what comes from the wire is checked field by field. */
public final class MessageCodec {
  /** Version of the format. */
  public static final int VERSION = 1;

  /** Longest message in bytes: a full {@link NamesReply}. */
  public static final int MAX_LENGTH = 4072;

  private static final Queue[] QUEUES = Queue.values();

  private MessageCodec() {}

  /** Returns the bytes of a message, at most {@link #MAX_LENGTH}. */
  public static byte[] encode(Envelope envelope) {
    Message message = envelope.message();
    WireWriter out = new WireWriter(message instanceof NamesReply ? MAX_LENGTH : 256);
    out.u8(VERSION);
    out.u8(message.type().id());
    out.u16(0);
    out.i64(envelope.seq());
    if (message.type().isRecovery()) {
      encodeRecovery(message, out);
    } else {
      encodeLocking(message, out);
    }
    return out.toBytes();
  }

  private static void encodeLocking(Message message, WireWriter out) {
    if (message instanceof Request m) {
      out.i64(m.lkid());
      out.u8(m.mode().wire());
      out.i32(m.flags());
      out.name(m.name());
    } else if (message instanceof Convert m) {
      out.i64(m.lkid());
      out.u8(m.mode().wire());
      out.i32(m.flags());
      out.lvb(m.lvb());
    } else if (message instanceof Unlock m) {
      out.i64(m.lkid());
      out.i32(m.flags());
      out.lvb(m.lvb());
    } else if (message instanceof Cancel m) {
      out.i64(m.lkid());
    } else if (message instanceof Reply m) {
      out.i64(m.lkid());
      out.u8(m.result().wire());
      out.u8(m.sbFlags());
      out.i32(m.lvbSeq());
      out.lvb(m.lvb());
    } else if (message instanceof Bast m) {
      out.i64(m.lkid());
      out.u8(m.mode().wire());
    } else if (message instanceof Lookup m) {
      out.i64(m.lkid());
      out.name(m.name());
    } else if (message instanceof LookupReply m) {
      out.i64(m.lkid());
      out.i32(m.master());
    } else if (message instanceof Remove m) {
      out.name(m.name());
    }
  }

  private static void encodeRecovery(Message message, WireWriter out) {
    if (message instanceof StatusReply m) {
      out.i32(m.status());
    } else if (message instanceof Names m) {
      out.i32(m.offset());
    } else if (message instanceof NamesReply m) {
      out.i32(m.offset());
      out.bool(m.last());
      out.u16(m.names().size());
      m.names().forEach(out::name);
    } else if (message instanceof MasterLookup m) {
      out.name(m.name());
    } else if (message instanceof MasterLookupReply m) {
      out.name(m.name());
      out.i32(m.master());
    } else if (message instanceof LockState m) {
      out.i64(m.lkid());
      out.u8(m.queue().ordinal());
      out.u8(m.mode().wire());
      out.u8(m.wanted().wire());
      out.i32(m.flags());
      out.bool(m.demoted());
      out.bool(m.lvbValid());
      out.i32(m.lvbSeq());
      out.lvb(m.lvb());
      out.name(m.name());
    } else if (message instanceof LockStateReply m) {
      out.i64(m.lkid());
    }
  }

  /**
   * Decodes and checks a message.
   *
   * @param bytes from its position to its limit, which stay where they are
   * @throws BadMessageException if that is no message of this version
   */
  public static Envelope decode(ByteBuffer bytes) throws BadMessageException {
    WireReader in = new WireReader(bytes);
    int version = in.u8("version");
    if (version != VERSION) {
      throw new BadMessageException("version " + version + ", this node speaks " + VERSION);
    }
    int id = in.u8("type");
    MessageType type = MessageType.ofId(id);
    if (type == null) {
      throw new BadMessageException("message type " + id);
    }
    in.type(type);
    in.zero(2);
    long seq = in.i64("sequence");
    Message message = type.isRecovery() ? decodeRecovery(type, in) : decodeLocking(type, in);
    in.end();
    return new Envelope(seq, message);
  }

  private static Message decodeLocking(MessageType type, WireReader in) throws BadMessageException {
    return switch (type) {
      case REQUEST -> new Request(in.i64("lkid"), in.mode(), in.i32("flags"), in.name());
      case CONVERT -> new Convert(in.i64("lkid"), in.mode(), in.i32("flags"), in.lvb());
      case UNLOCK -> new Unlock(in.i64("lkid"), in.i32("flags"), in.lvb());
      case CANCEL -> new Cancel(in.i64("lkid"));
      case BAST -> new Bast(in.i64("lkid"), in.mode());
      case LOOKUP -> new Lookup(in.i64("lkid"), in.name());
      case LOOKUP_REPLY -> new LookupReply(in.i64("lkid"), in.node());
      case REMOVE -> new Remove(in.name());
      default ->
          new Reply(
              type,
              in.i64("lkid"),
              FsDlmStatus.ofWire(in.u8("result")),
              in.u8("status flags"),
              in.i32("value block sequence"),
              in.lvb());
    };
  }

  private static Message decodeRecovery(MessageType type, WireReader in)
      throws BadMessageException {
    return switch (type) {
      case STATUS -> new Status();
      case STATUS_REPLY -> new StatusReply(in.i32("status"));
      case NAMES -> new Names(in.count("offset"));
      case NAMES_REPLY -> new NamesReply(in.count("offset"), in.bool("last"), names(in));
      case MASTER_LOOKUP -> new MasterLookup(in.name());
      case MASTER_LOOKUP_REPLY -> new MasterLookupReply(in.name(), in.node());
      case LOCK_STATE_REPLY -> new LockStateReply(in.i64("lkid"));
      default ->
          new LockState(
              in.i64("lkid"),
              queue(in),
              in.mode(),
              in.mode(),
              in.i32("flags"),
              in.bool("demoted"),
              in.bool("value block valid"),
              in.i32("value block sequence"),
              in.lvb(),
              in.name());
    };
  }

  private static Queue queue(WireReader in) throws BadMessageException {
    int queue = in.u8("queue");
    if (queue >= QUEUES.length) {
      throw in.bad("queue " + queue);
    }
    return QUEUES[queue];
  }

  private static List<ResName> names(WireReader in) throws BadMessageException {
    int count = in.u16("number of names");
    if (count > NamesReply.MAX_NAMES) {
      throw in.bad(count + " names, at most " + NamesReply.MAX_NAMES);
    }
    List<ResName> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(in.name());
    }
    return names;
  }
}
