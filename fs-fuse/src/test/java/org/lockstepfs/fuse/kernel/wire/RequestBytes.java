package org.lockstepfs.fuse.kernel.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds requests as the kernel lays them out. */
final class RequestBytes {
  private final ByteBuffer bytes = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());

  RequestBytes(int opcode) {
    bytes
        .putInt(0)
        .putInt(opcode)
        .putLong(77)
        .putLong(5)
        .putInt(1000)
        .putInt(100)
        .putInt(4321)
        .putInt(0);
  }

  RequestBytes u32(int... values) {
    for (int value : values) {
      bytes.putInt(value);
    }
    return this;
  }

  RequestBytes u64(long... values) {
    for (long value : values) {
      bytes.putLong(value);
    }
    return this;
  }

  RequestBytes text(String text) {
    bytes.put(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  RequestView view() throws IOException {
    int length = bytes.position();
    bytes.putInt(0, length);
    RequestView view = new RequestView(bytes, 0);
    view.reset(length);
    return view;
  }
}
