package org.lockstepfs.stack.o2net;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The first thing that either side of a connection sends ({@code struct o2net_handshake}),
 * big-endian: u64 protocol version, u64 connector id, then u32 heartbeat time-out, idle time-out,
 * keepalive delay and reconnect delay, in milliseconds.
 *
 * <p>The kernel sends connector id 1 and never looks at it. Lockstep uses it to name the sender, as
 * an extension: the upper half is {@link #TAG}, the lowest byte the node number, the three bytes
 * between tell the incarnations of a node apart. The number is needed only where several configured
 * nodes share one IP address, which kernel nodes cannot do.
 */
record Handshake(
    long protocolVersion,
    long connectorId,
    int heartbeatTimeoutMs,
    int idleTimeoutMs,
    int keepaliveDelayMs,
    int reconnectDelayMs) {

  /** Length on the wire. */
  static final int BYTES = 32;

  /** O2NET_PROTOCOL_VERSION. */
  static final long PROTOCOL_VERSION = 11;

  /** Upper half of the connector id of a Lockstep node: "Lock" in ASCII. */
  static final int TAG = 0x4c6f636b;

  /** Bits of an incarnation. */
  static final int INCARNATION_MASK = 0xffffff;

  private static final int NODE_BITS = 8;

  static Handshake of(int node, int incarnation, NetTimeouts timeouts) {
    int sender = (incarnation & INCARNATION_MASK) << NODE_BITS | node;
    return new Handshake(
        PROTOCOL_VERSION,
        (long) TAG << 32 | Integer.toUnsignedLong(sender),
        timeouts.heartbeatTimeoutMs(),
        timeouts.idleTimeoutMs(),
        timeouts.keepaliveDelayMs(),
        timeouts.reconnectDelayMs());
  }

  static Handshake read(ByteBuf in) {
    return new Handshake(
        in.readLong(), in.readLong(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
  }

  void write(ByteBuf out) {
    out.writeLong(protocolVersion).writeLong(connectorId);
    out.writeInt(heartbeatTimeoutMs).writeInt(idleTimeoutMs);
    out.writeInt(keepaliveDelayMs).writeInt(reconnectDelayMs);
  }

  /** Returns the sender's node number if the sender is a Lockstep node. */
  OptionalInt sender() {
    boolean tagged = connectorId >>> 32 == TAG;
    return tagged ? OptionalInt.of((int) connectorId & 0xff) : OptionalInt.empty();
  }

  /** Returns what differs between two lives of the sender, if it is a Lockstep node. */
  int incarnation() {
    return (int) connectorId >>> NODE_BITS;
  }

  /**
   * Compares what must agree between two nodes, in the kernel's order. The reconnect delay may
   * differ.
   *
   * @return why the peer's handshake is unacceptable, or empty
   */
  Optional<String> disagreement(Handshake theirs) {
    if (theirs.protocolVersion != protocolVersion) {
      return Optional.of(
          "speaks net protocol "
              + Long.toUnsignedString(theirs.protocolVersion)
              + ", "
              + protocolVersion
              + " is required");
    }
    return differs("idle time-out", idleTimeoutMs, theirs.idleTimeoutMs)
        .or(() -> differs("keepalive delay", keepaliveDelayMs, theirs.keepaliveDelayMs))
        .or(() -> differs("heartbeat time-out", heartbeatTimeoutMs, theirs.heartbeatTimeoutMs));
  }

  private static Optional<String> differs(String what, int ours, int theirs) {
    return ours == theirs
        ? Optional.empty()
        : Optional.of(
            "uses another "
                + what
                + ": "
                + Integer.toUnsignedString(theirs)
                + " ms, ours is "
                + ours
                + " ms");
  }
}
