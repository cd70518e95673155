package org.lockstepfs.fuse.kernel.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.fuse.vfs.Name;

/**
 * A request as it lies in the buffer it was read into: {@code fuse_in_header} (40 bytes), then the
 * operation's arguments. Offsets of the getters count from the end of the header. One view serves
 * many requests in turn; it is valid until the next {@link #reset}. Not thread-safe.
 */
public final class RequestView {
  /** Length of {@code fuse_in_header}. */
  public static final int HEADER_BYTES = 40;

  private final ByteBuffer buffer;
  private final int base;
  private int length;
  private Opcode opcode = Opcode.UNKNOWN;

  /**
   * Makes a view.
   *
   * @param buffer in host byte order
   * @param base where requests begin in it
   */
  public RequestView(ByteBuffer buffer, int base) {
    this.buffer = buffer;
    this.base = base;
  }

  /**
   * Turns to the request of {@code bytes} bytes that was just read.
   *
   * @throws IOException if it contradicts its own length or lacks arguments
   */
  public void reset(int bytes) throws IOException {
    length = bytes;
    if (bytes < HEADER_BYTES || buffer.getInt(base) != bytes) {
      throw new IOException("a FUSE request of " + bytes + " bytes contradicts its header");
    }
    opcode = Opcode.of(buffer.getInt(base + 4));
    if (argumentBytes() < opcode.argumentBytes()) {
      throw new IOException(
          "FUSE request " + opcode + " has only " + argumentBytes() + " bytes of arguments");
    }
  }

  /** Returns the operation. */
  public Opcode opcode() {
    return opcode;
  }

  /** Returns the operation's number, also where {@link #opcode} is UNKNOWN. */
  public int opcodeNumber() {
    return buffer.getInt(base + 4);
  }

  /** Returns the number that identifies the request on its connection. */
  public long unique() {
    return buffer.getLong(base + 8);
  }

  /** Returns the node that the request is about. */
  public long nodeId() {
    return buffer.getLong(base + 16);
  }

  /** Returns the caller's file-system user id. */
  public int uid() {
    return buffer.getInt(base + 24);
  }

  /** Returns the caller's file-system group id. */
  public int gid() {
    return buffer.getInt(base + 28);
  }

  /** Returns the caller's thread id; 0 if outside our pid namespace. */
  public int pid() {
    return buffer.getInt(base + 32);
  }

  /** Returns the length of everything behind the header, in bytes. */
  public int argumentBytes() {
    return length - HEADER_BYTES;
  }

  /** Returns a 32-bit argument; the offset lies within {@link Opcode#argumentBytes}. */
  public int u32(int offset) {
    return buffer.getInt(base + HEADER_BYTES + offset);
  }

  /** Returns a 64-bit argument; the offset lies within {@link Opcode#argumentBytes}. */
  public long u64(int offset) {
    return buffer.getLong(base + HEADER_BYTES + offset);
  }

  /** Returns the NUL-terminated string at {@code offset}, without the NUL. */
  public byte[] string(int offset) throws IOException {
    int start = base + HEADER_BYTES + offset;
    int limit = base + length;
    int end = start;
    while (end < limit && buffer.get(end) != 0) {
      end++;
    }
    if (end >= limit) {
      throw new IOException("FUSE request " + opcode + ": the string at " + offset + " has no end");
    }
    byte[] bytes = new byte[end - start];
    buffer.get(start, bytes);
    return bytes;
  }

  /** Returns the name at {@code offset}; the next string begins at {@code offset + length + 1}. */
  public Name name(int offset) throws IOException {
    return Name.wrap(string(offset));
  }

  /** Returns {@code size} bytes at {@code offset} as a view of the buffer itself. */
  public ByteBuffer payload(int offset, int size) throws IOException {
    if (size < 0 || size > argumentBytes() - offset) {
      throw new IOException(
          "FUSE request "
              + opcode
              + " names "
              + size
              + " bytes of data and carries "
              + (argumentBytes() - offset));
    }
    return buffer.slice(base + HEADER_BYTES + offset, size);
  }
}
