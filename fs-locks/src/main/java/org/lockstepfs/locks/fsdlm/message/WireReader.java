package org.lockstepfs.locks.fsdlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.fsdlm.Member;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/** Takes fields from one message, and refuses what cannot be one. */
final class WireReader {
  private final ByteBuffer in;
  private String where = "message";

  WireReader(ByteBuffer bytes) {
    in = bytes.slice();
  }

  void type(MessageType type) {
    where = type.toString();
  }

  BadMessageException bad(String what) {
    return new BadMessageException(where + ": " + what);
  }

  private void need(int bytes, String field) throws BadMessageException {
    if (in.remaining() < bytes) {
      throw bad(field + " cut off, " + in.remaining() + " bytes left of " + bytes);
    }
  }

  int u8(String field) throws BadMessageException {
    need(1, field);
    return in.get() & 0xff;
  }

  int u16(String field) throws BadMessageException {
    need(2, field);
    return in.getShort() & 0xffff;
  }

  int i32(String field) throws BadMessageException {
    need(4, field);
    return in.getInt();
  }

  long i64(String field) throws BadMessageException {
    need(8, field);
    return in.getLong();
  }

  int count(String field) throws BadMessageException {
    int value = i32(field);
    if (value < 0) {
      throw bad(field + " " + value);
    }
    return value;
  }

  boolean bool(String field) throws BadMessageException {
    int value = u8(field);
    if (value > 1) {
      throw bad(field + " " + value + " is neither 0 nor 1");
    }
    return value == 1;
  }

  void zero(int bytes) throws BadMessageException {
    for (int i = 0; i < bytes; i++) {
      int value = u8("reserved byte");
      if (value != 0) {
        throw bad("reserved byte " + value);
      }
    }
  }

  LockMode mode() throws BadMessageException {
    int wire = u8("mode");
    if (wire > LockMode.EX.wire()) {
      throw bad("lock mode " + wire);
    }
    return LockMode.ofWire(wire);
  }

  int node() throws BadMessageException {
    int node = i32("node number");
    if (node < 0 || node > Member.MAX_NODE) {
      throw bad("node number " + node);
    }
    return node;
  }

  ResName name() throws BadMessageException {
    int length = u8("name length");
    if (length < 1 || length > ResName.MAX_LENGTH) {
      throw bad("resource name of " + length + " bytes");
    }
    need(length, "name");
    byte[] bytes = new byte[length];
    in.get(bytes);
    return ResName.of(bytes);
  }

  byte[] lvb() throws BadMessageException {
    if (!bool("value block mark")) {
      return null;
    }
    need(Lvb.LENGTH, "value block");
    byte[] lvb = new byte[Lvb.LENGTH];
    in.get(lvb);
    return lvb;
  }

  void end() throws BadMessageException {
    if (in.hasRemaining()) {
      throw bad(in.remaining() + " bytes too many");
    }
  }
}
