package org.lockstepfs.locks.plock;

/** A request to a {@link PlockDevice}; a handle for {@link PlockDevice#cancel}. */
public final class PlockOp {
  /** Told once how a request ended. May call the device again. */
  @FunctionalInterface
  public interface Answer {
    /**
     * Takes the answer.
     *
     * @param rv 0 or a negative errno
     * @param conflict for GET, the lock in the way, or null; null for every other request
     */
    void done(int rv, PlockInfo conflict);
  }

  final PlockInfo info;
  private final Answer answer;
  private boolean answered;

  /** Nobody wants the lock any more: it is given back if it is granted yet. */
  boolean abandoned;

  /** What the request asks for has been dropped by a later close, after which it is nobody's. */
  boolean closed;

  /** No process asked for it; a daemon that begins anew need not know of it. */
  final boolean own;

  PlockOp(PlockInfo info, Answer answer, boolean own) {
    this.info = info;
    this.answer = answer;
    this.own = own;
  }

  /** Answers, unless that has been done. */
  void end(int rv, PlockInfo conflict) {
    if (!answered) {
      answered = true;
      answer.done(rv, conflict);
    }
  }

  boolean isAnswered() {
    return answered;
  }

  boolean isLock() {
    return info.op() == PlockMessage.Op.LOCK;
  }

  /** Returns whether the request is one of this owner on this file. */
  boolean isOf(PlockInfo other) {
    return info.fsid() == other.fsid()
        && info.number() == other.number()
        && info.owner() == other.owner();
  }
}
