package org.lockstepfs.locks.fsdlm.message;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/** Appends fields to one message. */
final class WireWriter {
  private final ByteBuffer out;

  WireWriter(int capacity) {
    out = ByteBuffer.allocate(capacity);
  }

  void u8(int value) {
    out.put((byte) value);
  }

  void bool(boolean value) {
    u8(value ? 1 : 0);
  }

  void u16(int value) {
    out.putShort((short) value);
  }

  void i32(int value) {
    out.putInt(value);
  }

  void i64(long value) {
    out.putLong(value);
  }

  void name(ResName name) {
    u8(name.length());
    out.put(name.toBytes());
  }

  void lvb(byte[] lvb) {
    bool(lvb != null);
    if (lvb != null) {
      out.put(lvb, 0, Lvb.LENGTH);
    }
  }

  byte[] toBytes() {
    return Arrays.copyOf(out.array(), out.position());
  }
}
