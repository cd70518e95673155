package org.lockstepfs.locks.o2dlm.message;

/** The o2net message types of o2dlm; 501 is unused. Source: Linux fs/ocfs2/dlm/dlmcommon.h. */
public enum MessageType {
  /** A node that wants a resource asks who masters it. */
  MASTER_REQUEST(500),
  /** The master tells that it masters. */
  ASSERT_MASTER(502),
  /** A new lock, to the master. */
  CREATE_LOCK(503),
  /** Another mode, to the master. */
  CONVERT_LOCK(504),
  /** Completion or blocking callback, from the master. */
  PROXY_AST(505),
  /** Unlock or cancel, to the master. */
  UNLOCK_LOCK(506),
  /** A node gives up its reference, to the master. */
  DEREF_LOCKRES(507),
  /** The new master announces a migration. */
  MIGRATE_REQUEST(508),
  /** A resource's locks, to the new master. */
  MIG_LOCKRES(509),
  /** A node asks to join. */
  QUERY_JOIN(510),
  /** The joiner is in. */
  ASSERT_JOINED(511),
  /** The joiner gave up. */
  CANCEL_JOIN(512),
  /** A node has left. */
  EXIT_DOMAIN(513),
  /** Who masters this resource, asked after a death. */
  MASTER_REQUERY(514),
  /** The recovery master asks for a dead node's locks. */
  LOCK_REQUEST(515),
  /** A node has sent them all. */
  RECO_DATA_DONE(516),
  /** A recovery begins. */
  BEGIN_RECO(517),
  /** A recovery ends, in two stages. */
  FINALIZE_RECO(518),
  /** The joiner's heartbeat regions. */
  QUERY_REGION(519),
  /** The joiner's node table. */
  QUERY_NODEINFO(520),
  /** A node begins to leave. */
  BEGIN_EXIT_DOMAIN(521),
  /** The reference that was being given up is gone. */
  DEREF_LOCKRES_DONE(522);

  private static final MessageType[] BY_ID = new MessageType[23];

  static {
    for (MessageType type : values()) {
      BY_ID[type.id - 500] = type;
    }
  }

  private final int id;

  MessageType(int id) {
    this.id = id;
  }

  /** Returns the o2net message type. */
  public int id() {
    return id;
  }

  /** Returns whether it is sent under {@link Message#MODULE_KEY}, before there is a domain. */
  public boolean joining() {
    return switch (this) {
      case QUERY_JOIN, ASSERT_JOINED, CANCEL_JOIN, QUERY_REGION, QUERY_NODEINFO -> true;
      default -> false;
    };
  }

  /** Returns whether a number is a message of o2dlm. */
  public static boolean isKnown(int id) {
    return id >= 500 && id <= 522 && BY_ID[id - 500] != null;
  }

  /**
   * Returns the type of a number.
   *
   * @throws IllegalArgumentException if it is none of o2dlm's
   */
  public static MessageType of(int id) {
    if (!isKnown(id)) {
      throw new IllegalArgumentException("message type " + id + " is not one of o2dlm's");
    }
    return BY_ID[id - 500];
  }
}
