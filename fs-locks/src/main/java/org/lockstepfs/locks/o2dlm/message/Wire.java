package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.NodeMap;
import org.lockstepfs.locks.o2dlm.ResName;

/** Fields that several messages share, and the checks on what a peer put there. */
final class Wire {
  /** Width of a name field (O2NM_MAX_NAME_LEN). */
  static final int NAME_FIELD = 64;

  /** DLM_BADPARAM, DLM_IVBUFLEN and DLM_BADARGS, and -EINVAL of the handlers that return errno. */
  static final int BADPARAM = 24;

  static final int IVBUFLEN = 22;
  static final int BADARGS = 19;
  static final int EINVAL = -22;

  private Wire() {}

  static void zeros(ByteBuffer out, int count) {
    for (int i = 0; i < count; i++) {
      out.put((byte) 0);
    }
  }

  static void padded(ByteBuffer out, byte[] bytes, int width) {
    out.put(bytes);
    zeros(out, width - bytes.length);
  }

  static void name(ByteBuffer out, ResName name) {
    padded(out, name.toBytes(), NAME_FIELD);
  }

  static void domain(ByteBuffer out, String domain) {
    padded(out, latin1(domain), NAME_FIELD);
  }

  static void be32(ByteBuffer out, int value) {
    out.put((byte) (value >>> 24));
    out.put((byte) (value >>> 16));
    out.put((byte) (value >>> 8));
    out.put((byte) value);
  }

  static void be64(ByteBuffer out, long value) {
    be32(out, (int) (value >>> 32));
    be32(out, (int) value);
  }

  static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A checking reader over one payload. */
  static final class Reader {
    private final MessageType type;
    private final ByteBuffer in;

    Reader(MessageType type, ByteBuffer payload) {
      this.type = type;
      this.in = payload.slice().order(ByteOrder.BIG_ENDIAN);
    }

    BadMessageException bad(String what, int status) {
      return new BadMessageException(type, what, status);
    }

    /** Checks that the fixed part is there. */
    void need(int bytes) throws BadMessageException {
      if (in.remaining() < bytes) {
        throw bad(in.remaining() + " bytes left where " + bytes + " are needed", EINVAL);
      }
    }

    int u8() {
      return in.get() & 0xff;
    }

    int u16() {
      return in.getShort() & 0xffff;
    }

    int i32() {
      return in.getInt();
    }

    long i64() {
      return in.getLong();
    }

    void skip(int bytes) {
      in.position(in.position() + bytes);
    }

    byte[] bytes(int count) {
      byte[] bytes = new byte[count];
      in.get(bytes);
      return bytes;
    }

    int node() throws BadMessageException {
      int node = u8();
      if (node >= NodeMap.MAX_NODES) {
        throw bad("node number " + node, EINVAL);
      }
      return node;
    }

    ResName name(int length, int badStatus) throws BadMessageException {
      return name(length, NAME_FIELD, badStatus);
    }

    ResName name(int length, int width, int badStatus) throws BadMessageException {
      if (length < 1 || length > ResName.MAX_LENGTH) {
        throw bad("resource name of " + length + " bytes", badStatus);
      }
      return ResName.of(Arrays.copyOf(bytes(width), length));
    }

    String domain(int length) throws BadMessageException {
      if (length < 1 || length > NAME_FIELD) {
        throw bad("domain name of " + length + " bytes", EINVAL);
      }
      return new String(bytes(NAME_FIELD), 0, length, StandardCharsets.ISO_8859_1);
    }

    LockMode mode() throws BadMessageException {
      LockMode mode = modeOrNull();
      if (mode == null) {
        throw bad("no lock mode", BADPARAM);
      }
      return mode;
    }

    /** Reads one of o2dlm's three modes, or null for the invalid mode -1. */
    LockMode modeOrNull() throws BadMessageException {
      int wire = in.get();
      return switch (wire) {
        case -1 -> null;
        case 0 -> LockMode.NL;
        case 3 -> LockMode.PR;
        case 5 -> LockMode.EX;
        default -> throw bad("lock mode " + wire, BADPARAM);
      };
    }

    byte[] lvb() throws BadMessageException {
      if (in.remaining() < Lvb.LENGTH) {
        throw bad("value block announced but cut off", BADARGS);
      }
      return bytes(Lvb.LENGTH);
    }
  }
}
