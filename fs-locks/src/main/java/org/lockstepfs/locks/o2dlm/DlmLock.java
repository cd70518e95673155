package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.QueuedLock;

/**
 * One lock: the handle of a caller on this node or, on the master, the record of another node's.
 *
 * <p>Callers read it and pass it back; only the engine changes it.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h, struct dlm_lock.
 */
public final class DlmLock extends QueuedLock<DlmLock> {

  /** Where the caller's current operation stands. */
  enum Stage {
    /** Granted, no operation. */
    IDLE,
    /**
     * An operation waits here, for mastery, recovery, migration or a pause; no peer knows of it.
     */
    WAITING,
    /** Its request is on the wire, without status yet. */
    SENT,
    /** The master has accepted it; the AST will tell. */
    QUEUED,
    /** Being unlocked. */
    UNLOCKING,
    /** Unlocked, cancelled or refused: the handle is dead. */
    GONE
  }

  /** What an operation does with the value block when it is granted. */
  enum LvbUse {
    /** Nothing. */
    NONE,
    /** The resource's goes to the caller. */
    GET,
    /** The caller's goes to the resource. */
    PUT
  }

  /** Which request is on the wire; recovery completes or repeats it if the master dies. */
  enum Pending {
    /** None. */
    NONE,
    /** CREATE_LOCK. */
    LOCK,
    /** CONVERT_LOCK. */
    CONVERT,
    /** UNLOCK_LOCK. */
    UNLOCK,
    /** UNLOCK_LOCK with CANCEL. */
    CANCEL
  }

  final int node;
  final long cookie;
  private final Object attachment;

  /** The caller's value block; for another node's lock, the one that its request brought. */
  byte[] lvb;

  /** Null while the resource is being found. */
  DlmLockRes res;

  Stage stage = Stage.QUEUED;
  Pending pending = Pending.NONE;
  LvbUse lvbUse = LvbUse.NONE;

  /** Counts operations, so that a late status is not taken for that of a later one. */
  int operation;

  /** What the current operation asks for. */
  LockMode wanted;

  int flags;

  /** A new lock, from the call until its request has a status. */
  boolean creating;

  /**
   * The last request got no status: its master, or whoever inherits from it, may have done it. It
   * is repeated, and masters know a repetition.
   */
  boolean outcomeUnknown;

  /** The caller's value block is the resource's: it came with a grant, or was written from EX. */
  boolean knowsLvb;

  /** Master: completions on the way to the holder. */
  int astsOnWire;

  /** A cancel has been asked for and not answered. */
  boolean cancelling;

  /** The operation that the last cancel is meant for. */
  int cancelledOperation;

  /** Another cancel, of a later operation, was asked for before the first was answered. */
  boolean cancelAgain;

  /**
   * Master: the strongest mode that this lock keeps others from, while a BAST is due; else null.
   */
  LockMode highestBlocked;

  DlmLock(LockMode mode, int node, long cookie, byte[] lvb, Object attachment) {
    super(mode);
    this.node = node;
    this.cookie = cookie;
    this.lvb = lvb;
    this.attachment = attachment;
  }

  /** Returns the identity of the lock in its domain: node number in the top byte, then a count. */
  public long cookie() {
    return cookie;
  }

  /** Returns the node that holds the lock. */
  public int node() {
    return node;
  }

  /** Returns what the caller attached; null for other nodes' locks. */
  public Object attachment() {
    return attachment;
  }

  /** Returns the resource's name, or null while it is being looked for. */
  public ResName name() {
    return res == null ? null : res.name;
  }

  /** Returns whether the lock is granted and no operation is outstanding. */
  public boolean isIdle() {
    return stage == Stage.IDLE;
  }

  /** Returns whether the handle is dead: unlocked, cancelled before the grant, or refused. */
  public boolean isGone() {
    return stage == Stage.GONE;
  }

  /** Starts an operation of the caller. */
  void begin(Stage first, LockMode mode, int opFlags) {
    operation++;
    stage = first;
    wanted = mode;
    flags = opFlags;
  }

  /**
   * Returns whether the caller relies on less than this record says: a weaker mode is asked for,
   * and a master that died may have known.
   */
  boolean isLowering() {
    boolean outstanding = stage == Stage.QUEUED || (stage == Stage.WAITING && outcomeUnknown);
    return outstanding && !creating && mode().strongerThan(wanted);
  }

  /** Returns whether the lock is being unlocked, and a master that died may have known. */
  boolean isLeaving() {
    return stage == Stage.UNLOCKING && outcomeUnknown;
  }

  @Override
  public String toString() {
    return (cookie >>> 56)
        + ":"
        + (cookie & 0xffffffffL)
        + " "
        + mode()
        + (convertTo() == null ? "" : "->" + convertTo())
        + " "
        + stage;
  }
}
