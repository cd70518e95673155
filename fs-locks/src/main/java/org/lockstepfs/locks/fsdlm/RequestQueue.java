package org.lockstepfs.locks.fsdlm;

import java.util.ArrayDeque;
import java.util.Deque;
import org.lockstepfs.locks.fsdlm.message.Envelope;

/**
 * Messages that arrive while locking is stopped, for when it goes on.
 *
 * <p>Source: Linux fs/dlm/requestqueue.c.
 */
final class RequestQueue {
  /** Most messages kept. Every lock has one operation outstanding at most. */
  static final int MAX_MESSAGES = 1 << 20;

  /** A message and who sent it. */
  record Entry(int from, Envelope envelope) {}

  private final Lockspace ls;
  private final Deque<Entry> entries = new ArrayDeque<>();

  RequestQueue(Lockspace ls) {
    this.ls = ls;
  }

  void add(int from, Envelope envelope) {
    if (entries.size() < MAX_MESSAGES) {
      entries.add(new Entry(from, envelope));
    } else {
      ls.fault("more than " + MAX_MESSAGES + " messages wait for the end of a recovery");
    }
  }

  /** Returns the oldest message, or null. */
  Entry poll() {
    return entries.poll();
  }

  /** Drops what nodes said that have gone, or what concerns a directory that is no more. */
  void purge() {
    entries.removeIf(
        e ->
            !ls.members.knowsSender(e.from, e.envelope.seq())
                || (e.envelope.message().type().isDirectory() && e.envelope.seq() != ls.seq));
  }
}
