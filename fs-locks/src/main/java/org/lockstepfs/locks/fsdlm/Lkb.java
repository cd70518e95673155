package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.resource.QueuedLock;

/**
 * One lock: the handle of a caller on this node or, on the master, the copy of another node's.
 *
 * <p>Callers read it and pass it back; only the engine changes it.
 *
 * <p>Source: Linux fs/dlm/dlm_internal.h, struct dlm_lkb.
 */
public final class Lkb extends QueuedLock<Lkb> {

  /** The answer that the holder's operation waits for; at most one message is out at a time. */
  enum Wait {
    /** None. */
    NONE,
    /** LOOKUP_REPLY. */
    LOOKUP,
    /** REQUEST_REPLY. */
    REQUEST,
    /** CONVERT_REPLY. */
    CONVERT,
    /** UNLOCK_REPLY. */
    UNLOCK,
    /** CANCEL_REPLY. */
    CANCEL
  }

  final int node;
  final long id;
  final Rsb res;
  private final byte[] callerLvb;
  private final Object attachment;

  Wait wait = Wait.NONE;

  /** The node that was asked; {@link Rsb#UNKNOWN} while nobody is. */
  int waitNode = Rsb.UNKNOWN;

  /** The node that was asked has gone; its answer must be made up or asked for elsewhere. */
  boolean waitGone;

  /** The operation is sent when locking goes on: it was begun during, or hit by, a recovery. */
  boolean resend;

  /** A cancel, a forced unlock was asked for while an answer is out: act when that comes. */
  boolean overlapCancel;

  boolean overlapUnlock;

  /** What an unlock that is asked for, or out, brings along. */
  int unlockFlags;

  byte[] unlockLvb;

  /** Waits for another lock of this node to find the master. */
  boolean onLookups;

  /** Master copy: its holder has gone. */
  boolean ownerGone;

  /** Recovery, master: found to hold what it wants already, to be told so when locking goes on. */
  boolean settled;

  /** Flags and wanted mode of the last operation. */
  int flags;

  LockMode wanted;

  /** What the current operation may write to the resource; null without VALBLK. */
  byte[] lvbToWrite;

  /** The value block as this lock last read or wrote it; valid only while it keeps others out. */
  byte[] lvb;

  boolean lvbValid;
  int lvbSeq;

  /** What the completion will tell. */
  boolean demoted;

  boolean valNotValid;

  /** Master: the strongest mode that this lock was last asked to give way to; null for none. */
  LockMode highBast;

  private boolean gone;

  Lkb(int node, long id, Rsb res, LockMode wanted, byte[] callerLvb, Object attachment) {
    super(wanted);
    this.node = node;
    this.id = id;
    this.res = res;
    this.wanted = wanted;
    this.callerLvb = callerLvb;
    this.attachment = attachment;
  }

  /** Returns the holder's number of the lock, unique for the life of its engine. */
  public long id() {
    return id;
  }

  /** Returns what the caller attached; null for other nodes' locks. */
  public Object attachment() {
    return attachment;
  }

  /** Returns the resource's name. */
  public ResName name() {
    return res.name;
  }

  /** Returns whether the lock holds {@link #mode()}, with or without a conversion outstanding. */
  public boolean isHeld() {
    return isOn(res.granted) || isOn(res.converting);
  }

  /** Returns whether the lock is held and no operation is outstanding. */
  public boolean isIdle() {
    return isOn(res.granted) && wait == Wait.NONE;
  }

  /** Returns whether the handle is dead: unlocked, cancelled before the grant, or refused. */
  public boolean isGone() {
    return gone;
  }

  void kill() {
    gone = true;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Starts an operation: its flags, and the value that it may write. */
  void begin(int opFlags, LockMode mode) {
    flags = opFlags;
    wanted = mode;
    demoted = false;
    valNotValid = false;
    lvbToWrite = has(Lkf.VALBLK) ? callerLvb.clone() : null;
  }

  /** Starts an operation on a copy, as its holder's message says. */
  void beginCopy(int opFlags, LockMode mode, byte[] value) {
    flags = opFlags;
    wanted = mode;
    demoted = false;
    valNotValid = false;
    lvbToWrite = has(Lkf.VALBLK) ? value : null;
  }

  boolean hasLvb() {
    return callerLvb != null;
  }

  /** Starts an unlock; the operation that it ends may still be granted before. */
  void beginUnlock(int opFlags) {
    unlockFlags = opFlags;
    unlockLvb = (opFlags & Lkf.VALBLK) != 0 ? callerLvb.clone() : null;
  }

  /** Gives the granted mode up for others' sake. */
  void demote() {
    mode(LockMode.NL);
    demoted = true;
  }

  void await(Wait answer, int from) {
    wait = answer;
    waitNode = from;
  }

  /** Enters an operation that is sent when locking goes on. */
  void defer(Wait answer) {
    stopWaiting();
    wait = answer;
    resend = true;
  }

  void stopWaiting() {
    await(Wait.NONE, Rsb.UNKNOWN);
    resend = false;
    waitGone = false;
  }

  /** Returns whether it goes from PR to CW or back, which is neither up nor down. */
  static boolean isMiddle(LockMode from, LockMode to) {
    return (from == LockMode.PR && to == LockMode.CW) || (from == LockMode.CW && to == LockMode.PR);
  }

  /** Returns whether the wanted mode is weaker, so that the master cannot refuse it. */
  boolean isDownConversion() {
    return mode().strongerThan(wanted) && !isMiddle(mode(), wanted);
  }

  /** Hands the value block to the caller. */
  void readLvb(byte[] value, int seq) {
    lvb = value == null ? Lvb.empty() : value.clone();
    lvbSeq = seq;
    lvbValid = !valNotValid;
    if (callerLvb != null) {
      Lvb.copy(lvb, callerLvb);
    }
  }

  /** Notes that the caller's value is the resource's now. */
  void wroteLvb(int seq) {
    lvb = lvbToWrite;
    lvbSeq = seq;
    lvbValid = true;
  }

  @Override
  public String toString() {
    return node
        + ":"
        + id
        + " "
        + mode()
        + (convertTo() == null ? "" : "->" + convertTo())
        + (wait == Wait.NONE ? "" : " awaits " + wait + (resend ? " later" : " of " + waitNode))
        + (overlapCancel ? " then cancel" : "")
        + (overlapUnlock ? " then unlock" : "");
  }
}
