package org.lockstepfs.stack.o2net;

/**
 * Time-outs of o2net, in milliseconds. The first three must be equal on all nodes: the handshake
 * compares them.
 *
 * @param heartbeatTimeoutMs how long a node may fail to write its heartbeat before it fences itself
 *     (O2HB_MAX_WRITE_TIMEOUT_MS)
 * @param idleTimeoutMs silence after which a link counts as broken
 * @param keepaliveDelayMs silence after which a keepalive is sent
 * @param reconnectDelayMs pause between attempts to connect
 */
public record NetTimeouts(
    int heartbeatTimeoutMs, int idleTimeoutMs, int keepaliveDelayMs, int reconnectDelayMs) {

  /** Checks that all are positive and that keepalives come before the idle time-out. */
  public NetTimeouts {
    if (heartbeatTimeoutMs <= 0 || keepaliveDelayMs <= 0 || reconnectDelayMs <= 0) {
      throw new IllegalArgumentException("o2net time-outs must be positive");
    }
    if (idleTimeoutMs <= keepaliveDelayMs) {
      throw new IllegalArgumentException("idle time-out must exceed the keepalive delay");
    }
  }
}
