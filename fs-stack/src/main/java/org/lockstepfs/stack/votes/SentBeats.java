package org.lockstepfs.stack.votes;

/** When this node sent its latest beats. */
final class SentBeats {
  /** More than are sent within any deadline, extra ones included. */
  private static final int KEPT = 512;

  private final long[] sentNanos = new long[KEPT];
  private int last;

  /** Notes that the next beat is sent now; returns its sequence. */
  int next(long nowNanos) {
    last++;
    sentNanos[last % KEPT] = nowNanos;
    return last;
  }

  /** Returns whether it is known when a beat of that sequence was sent. */
  boolean knows(int sequence) {
    return sequence > 0 && sequence <= last && last - sequence < KEPT;
  }

  long sentNanos(int sequence) {
    return sentNanos[sequence % KEPT];
  }
}
