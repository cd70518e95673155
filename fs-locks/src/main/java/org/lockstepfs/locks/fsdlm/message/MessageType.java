package org.lockstepfs.locks.fsdlm.message;

/** The messages and their numbers on the wire; 14 to 19 are free. */
public enum MessageType {
  /** A new lock. */
  REQUEST(1),
  /** Another mode. */
  CONVERT(2),
  /** A lock goes. */
  UNLOCK(3),
  /** A request or conversion is withdrawn. */
  CANCEL(4),
  /** Result of a request. */
  REQUEST_REPLY(5),
  /** Result of a conversion. */
  CONVERT_REPLY(6),
  /** Result of an unlock. */
  UNLOCK_REPLY(7),
  /** Result of a cancel. */
  CANCEL_REPLY(8),
  /** What waited is granted. */
  GRANT(9),
  /** A holder is in somebody's way. */
  BAST(10),
  /** Who is the master. */
  LOOKUP(11),
  /** The master. */
  LOOKUP_REPLY(12),
  /** The master forgot the resource. */
  REMOVE(13),
  /** How far is the recovery. */
  STATUS(20),
  /** So far. */
  STATUS_REPLY(21),
  /** What do you master. */
  NAMES(22),
  /** This. */
  NAMES_REPLY(23),
  /** Who is the new master. */
  MASTER_LOOKUP(24),
  /** The new master. */
  MASTER_LOOKUP_REPLY(25),
  /** A lock, for the new master. */
  LOCK_STATE(26),
  /** The lock is entered. */
  LOCK_STATE_REPLY(27);

  private static final MessageType[] BY_ID = new MessageType[28];

  static {
    for (MessageType type : values()) {
      BY_ID[type.id] = type;
    }
  }

  private final int id;

  MessageType(int id) {
    this.id = id;
  }

  /** Returns the number on the wire. */
  public int id() {
    return id;
  }

  /** Returns whether it belongs to a recovery and means nothing outside its sequence. */
  public boolean isRecovery() {
    return id >= STATUS.id;
  }

  /** Returns whether it concerns the directory, which every recovery builds anew. */
  public boolean isDirectory() {
    return this == LOOKUP || this == LOOKUP_REPLY || this == REMOVE;
  }

  /** Returns the type of a number, or null. */
  static MessageType ofId(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }
}
