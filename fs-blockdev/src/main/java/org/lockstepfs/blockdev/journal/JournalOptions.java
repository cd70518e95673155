package org.lockstepfs.blockdev.journal;

import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * How a journal behaves.
 *
 * @param clock gives the time that commit records carry
 * @param nanoTime a monotonic clock in nanoseconds, for the age of a transaction
 * @param commitIntervalMs age in milliseconds at which {@link JbdJournal#maintain} commits
 */
public record JournalOptions(Clock clock, LongSupplier nanoTime, long commitIntervalMs) {
  /** OCFS2's default of the mount option {@code commit}. */
  public static final long DEFAULT_COMMIT_INTERVAL_MS = 5000;

  /** Returns the given clock with the system's monotonic one and the default interval. */
  public static JournalOptions with(Clock clock) {
    return new JournalOptions(clock, System::nanoTime, DEFAULT_COMMIT_INTERVAL_MS);
  }
}
