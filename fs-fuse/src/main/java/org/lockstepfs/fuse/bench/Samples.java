package org.lockstepfs.fuse.bench;

import java.util.Arrays;
import java.util.List;

/** Durations of one thread's operations, in nanoseconds; at most {@value #MAX}. */
final class Samples {
  static final int MAX = 1 << 20;

  private long[] values = new long[1024];
  private int count;

  void add(long nanos) {
    if (count == MAX) {
      return;
    }
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = nanos;
  }

  int count() {
    return count;
  }

  static Samples join(List<Samples> parts) {
    Samples all = new Samples();
    for (Samples part : parts) {
      for (int i = 0; i < part.count; i++) {
        all.add(part.values[i]);
      }
    }
    return all;
  }

  /** Returns the duration that this share of the operations does not exceed; 0 without any. */
  long percentile(double share) {
    if (count == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(share * count) - 1)];
  }
}
