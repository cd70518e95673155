package org.lockstepfs.fuse.bench;

/**
 * One line of the result.
 *
 * @param group what belongs together
 * @param name what was measured
 * @param rate operations, entries or MiB in a second
 * @param unit of the rate
 * @param medianUs median of one operation, in microseconds
 * @param p99Us what 99 % of the operations do not exceed, in microseconds
 * @param count how many operations were timed
 */
public record Measure(
    String group, String name, double rate, String unit, double medianUs, double p99Us, int count) {
  private static final double NANOS = 1e9;
  private static final double NANOS_IN_US = 1e3;

  /**
   * Makes a line.
   *
   * @param perOperation what one operation counts for, in the rate's unit
   */
  static Measure of(
      String group, String name, String unit, double perOperation, Samples samples, long nanos) {
    return new Measure(
        group,
        name,
        samples.count() * perOperation * NANOS / Math.max(1, nanos),
        unit,
        samples.percentile(0.5) / NANOS_IN_US,
        samples.percentile(0.99) / NANOS_IN_US,
        samples.count());
  }
}
