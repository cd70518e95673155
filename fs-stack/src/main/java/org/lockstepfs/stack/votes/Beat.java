package org.lockstepfs.stack.votes;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.lockstepfs.stack.config.ClusterNode;

/**
 * What a node tells all others each interval.
 *
 * <pre>
 * u8  version        u8  flags: 1 steady, 2 leaves, 4 settled
 * u8  expected votes u32 interval in ms     u32 verdict in ms
 * u64 generation     u32 sequence
 * u8  count, then for each node:    u8 number, u8 state, u64 generation, u32 sequence
 * u8  count, then for each volume:  u32 key, u64 life
 * </pre>
 *
 * Big-endian.
 *
 * @param expectedVotes by the sender's configuration
 * @param intervalMs between its beats
 * @param verdictMs after which it gives others up
 * @param generation the sender's life
 * @param sequence grows from beat to beat
 * @param steady whether the sender has joined
 * @param leaves whether this is its last beat
 * @param settled whether the sender has lived for verdictMs: what its earlier life heard is over
 * @param row what it hears of others, by node number
 * @param volumes its lives on the volumes that it has, by key
 */
public record Beat(
    int expectedVotes,
    int intervalMs,
    int verdictMs,
    long generation,
    int sequence,
    boolean steady,
    boolean leaves,
    boolean settled,
    Map<Integer, Entry> row,
    Map<Integer, Long> volumes) {

  /** Volumes that a node can have. */
  static final int MAX_VOLUMES = 32;

  private static final int VERSION = 1;
  private static final int HEADER = 25;
  private static final int ENTRY = 14;
  private static final int VOLUME = 12;

  /** Longest beat in bytes. */
  static final int MAX_LENGTH = HEADER + ClusterNode.MAX_NODES * ENTRY + MAX_VOLUMES * VOLUME;

  private static final int STEADY = 1;
  private static final int LEAVES = 2;
  private static final int SETTLED = 4;

  /** What the sender makes of a node's life. */
  public enum State {
    /** Its beats come. */
    HEARD,
    /** They do not, or are not taken any more. */
    SILENT,
    /** The sender has given it up for good, or was told that it leaves. */
    GONE
  }

  private static final State[] STATES = State.values();

  /**
   * What is heard of one node.
   *
   * @param generation of the life that is meant
   * @param sequence of the newest beat that was taken
   */
  public record Entry(State state, long generation, int sequence) {}

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH).put((byte) VERSION);
    out.put((byte) ((steady ? STEADY : 0) | (leaves ? LEAVES : 0) | (settled ? SETTLED : 0)));
    out.put((byte) expectedVotes).putInt(intervalMs).putInt(verdictMs);
    out.putLong(generation).putInt(sequence);
    out.put((byte) row.size());
    row.forEach(
        (node, entry) -> {
          out.put(node.byteValue()).put((byte) entry.state.ordinal());
          out.putLong(entry.generation).putInt(entry.sequence);
        });
    out.put((byte) volumes.size());
    volumes.forEach((key, life) -> out.putInt(key).putLong(life));
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }

  /**
   * Decodes and checks a beat.
   *
   * @throws IOException if that is none of this version
   */
  static Beat decode(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int version = in.get();
      if (version != VERSION) {
        throw new IOException("version " + version + ", this node speaks " + VERSION);
      }
      int flags = in.get();
      Beat beat =
          new Beat(
              in.get() & 0xff,
              in.getInt(),
              in.getInt(),
              in.getLong(),
              in.getInt(),
              (flags & STEADY) != 0,
              (flags & LEAVES) != 0,
              (flags & SETTLED) != 0,
              row(in),
              volumes(in));
      if (in.hasRemaining()) {
        throw new IOException(in.remaining() + " bytes too many");
      }
      return beat;
    } catch (BufferUnderflowException e) {
      throw new IOException("beat of " + bytes.length + " bytes is too short", e);
    }
  }

  private static Map<Integer, Entry> row(ByteBuffer in) throws IOException {
    int count = in.get() & 0xff;
    Map<Integer, Entry> row = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      int node = in.get() & 0xff;
      int state = in.get();
      if (state < 0 || state >= STATES.length) {
        throw new IOException("state " + state + " of node " + node);
      }
      row.put(node, new Entry(STATES[state], in.getLong(), in.getInt()));
    }
    return row;
  }

  private static Map<Integer, Long> volumes(ByteBuffer in) throws IOException {
    int count = in.get() & 0xff;
    if (count > MAX_VOLUMES) {
      throw new IOException(count + " volumes");
    }
    Map<Integer, Long> volumes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      volumes.put(in.getInt(), in.getLong());
    }
    return volumes;
  }
}
