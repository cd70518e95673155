package org.lockstepfs.stack.o2net;

/** What became of a message, before its handler's own status is looked at. */
public enum SendResult {
  /** A handler took it; the handler's status is valid. */
  DELIVERED,
  /** The peer has no handler for this type and key. */
  NO_HANDLER,
  /** The payload is longer than the peer's handler takes. */
  OVERFLOW,
  /** The connection broke before the answer; the message may or may not have been handled. */
  DIED,
  /** There is no connection and none is being made; the message was not sent. */
  NOT_CONNECTED,
  /** Too many messages to this peer wait for their turn; the message was not sent. */
  OVERLOADED;

  private static final SendResult[] VALUES = values();
  private static final int ON_THE_WIRE = 4;

  /** Returns the value in a status message ({@code enum o2net_system_error}). */
  int wire() {
    return ordinal();
  }

  /** Returns the meaning of a wire value; an unknown one counts as {@link #DIED}. */
  static SendResult ofWire(int wire) {
    return wire >= 0 && wire < ON_THE_WIRE ? VALUES[wire] : DIED;
  }
}
