package org.lockstepfs.stack.user.control;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.lockstepfs.stack.config.ClusterNode;

/**
 * What nodes say to each other about a lockspace's members. Big-endian; a byte for the version, a
 * byte for the kind, then the fields in their order.
 */
public sealed interface ControlMessage {
  /** Version of the format. */
  int VERSION = 1;

  /** Longest message in bytes. */
  int MAX_LENGTH = 2 + Long.BYTES + 2 * Integer.BYTES + ClusterNode.MAX_NODES * 9;

  /** The sender takes part; its life, and the newest locking protocol of its file system. */
  record Hello(long incarnation, int major, int minor) implements ControlMessage {}

  /** The sender takes part no more and holds no locks. */
  record Leave(long incarnation) implements ControlMessage {}

  /**
   * Stop, if these are the participants that you know.
   *
   * @param minor of the locking protocol that they shall run
   * @param members lives by node number
   */
  record Prepare(long seq, int minor, Map<Integer, Long> members) implements ControlMessage {
    /** Sorts the members. */
    public Prepare {
      members = new TreeMap<>(members);
    }
  }

  /** Start with the set of that sequence. */
  record Commit(long seq) implements ControlMessage {}

  /**
   * To the lowest participant: the sender is stopped; for the proposal with that sequence, 0 for
   * none.
   */
  record Stopped(long seq) implements ControlMessage {}

  /** Returns the bytes of a message. */
  static byte[] encode(ControlMessage message) {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH).put((byte) VERSION);
    if (message instanceof Hello m) {
      out.put((byte) 1).putLong(m.incarnation).putInt(m.major).putInt(m.minor);
    } else if (message instanceof Leave m) {
      out.put((byte) 2).putLong(m.incarnation);
    } else if (message instanceof Prepare m) {
      out.put((byte) 3).putLong(m.seq).putInt(m.minor).putInt(m.members.size());
      m.members.forEach((node, life) -> out.put(node.byteValue()).putLong(life));
    } else if (message instanceof Commit m) {
      out.put((byte) 4).putLong(m.seq);
    } else if (message instanceof Stopped m) {
      out.put((byte) 5).putLong(m.seq);
    }
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }

  /**
   * Decodes and checks a message.
   *
   * @throws IOException if that is none of this version
   */
  static ControlMessage decode(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int version = in.get();
      if (version != VERSION) {
        throw new IOException("version " + version + ", this node speaks " + VERSION);
      }
      ControlMessage message = body(in.get(), in);
      if (in.hasRemaining()) {
        throw new IOException(in.remaining() + " bytes too many");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw new IOException("message of " + bytes.length + " bytes is too short", e);
    }
  }

  private static ControlMessage body(int kind, ByteBuffer in) throws IOException {
    return switch (kind) {
      case 1 -> new Hello(in.getLong(), in.getInt(), in.getInt());
      case 2 -> new Leave(in.getLong());
      case 3 -> new Prepare(in.getLong(), in.getInt(), members(in));
      case 4 -> new Commit(in.getLong());
      case 5 -> new Stopped(in.getLong());
      default -> throw new IOException("kind " + kind);
    };
  }

  private static Map<Integer, Long> members(ByteBuffer in) throws IOException {
    int count = in.getInt();
    if (count < 1 || count > ClusterNode.MAX_NODES) {
      throw new IOException(count + " members");
    }
    Map<Integer, Long> members = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      members.put(in.get() & 0xff, in.getLong());
    }
    return members;
  }
}
