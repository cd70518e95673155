package org.lockstepfs.locks.plock;

import java.util.Arrays;

/**
 * The ranges of one owner in one file: sorted, never overlapping, neighbours of the same mode
 * merged. Arrays, because a search and a small move are cheaper than a tree's nodes up to many
 * thousand ranges. Ends are inclusive.
 *
 * <p>Source: the outcome that fcntl(2) and posix_lock_inode (Linux fs/locks.c) give.
 */
final class RangeSet {
  private static final int INITIAL = 4;

  private long[] starts = new long[INITIAL];
  private long[] ends = new long[INITIAL];
  private boolean[] exclusive = new boolean[INITIAL];
  private int size;
  private int exclusiveCount;

  // The pieces that take the place of the ranges that an operation touches: at most three.
  private final long[] pieceStart = new long[3];
  private final long[] pieceEnd = new long[3];
  private final boolean[] pieceExclusive = new boolean[3];
  private int pieces;

  int size() {
    return size;
  }

  boolean hasExclusive() {
    return exclusiveCount > 0;
  }

  long start(int i) {
    return starts[i];
  }

  long end(int i) {
    return ends[i];
  }

  boolean exclusive(int i) {
    return exclusive[i];
  }

  /** Returns the first range that overlaps; only exclusive ones if asked so; -1 if none. */
  int firstOverlap(long start, long end, boolean onlyExclusive) {
    for (int i = firstEndingAtOrAfter(start); i < size && starts[i] <= end; i++) {
      if (!onlyExclusive || exclusive[i]) {
        return i;
      }
    }
    return -1;
  }

  /** Gives the range this mode, whatever mode its parts had. Returns whether anything weakened. */
  boolean set(long start, long end, boolean ex) {
    int lo = firstEndingAtOrAfter(start == 0 ? 0 : start - 1);
    int hi = lo;
    boolean weakened = false;
    while (hi < size && (end == Long.MAX_VALUE || starts[hi] <= end + 1)) {
      weakened |= !ex && exclusive[hi] && starts[hi] <= end && ends[hi] >= start;
      hi++;
    }
    if (hi - lo == 1 && exclusive[lo] == ex && starts[lo] <= start && ends[lo] >= end) {
      return false;
    }
    pieces = 0;
    long newStart = start;
    if (lo < hi && starts[lo] < start) {
      if (exclusive[lo] == ex) {
        newStart = starts[lo];
      } else {
        piece(starts[lo], Math.min(ends[lo], start - 1), exclusive[lo]);
      }
    }
    boolean right = lo < hi && ends[hi - 1] > end;
    if (right && exclusive[hi - 1] == ex) {
      piece(newStart, ends[hi - 1], ex);
    } else {
      piece(newStart, end, ex);
      if (right) {
        piece(Math.max(starts[hi - 1], end + 1), ends[hi - 1], exclusive[hi - 1]);
      }
    }
    replace(lo, hi);
    return weakened;
  }

  /** Removes the range. Returns whether any of it was there. */
  boolean clear(long start, long end) {
    int lo = firstEndingAtOrAfter(start);
    int hi = lo;
    while (hi < size && starts[hi] <= end) {
      hi++;
    }
    if (lo == hi) {
      return false;
    }
    pieces = 0;
    if (starts[lo] < start) {
      piece(starts[lo], start - 1, exclusive[lo]);
    }
    if (ends[hi - 1] > end) {
      piece(end + 1, ends[hi - 1], exclusive[hi - 1]);
    }
    replace(lo, hi);
    return true;
  }

  void reset() {
    size = 0;
    exclusiveCount = 0;
  }

  private int firstEndingAtOrAfter(long offset) {
    int lo = 0;
    int hi = size;
    while (lo < hi) {
      int mid = (lo + hi) >>> 1;
      if (ends[mid] < offset) {
        lo = mid + 1;
      } else {
        hi = mid;
      }
    }
    return lo;
  }

  private void piece(long start, long end, boolean ex) {
    pieceStart[pieces] = start;
    pieceEnd[pieces] = end;
    pieceExclusive[pieces++] = ex;
  }

  private void replace(int lo, int hi) {
    for (int i = lo; i < hi; i++) {
      exclusiveCount -= exclusive[i] ? 1 : 0;
    }
    int newSize = size - (hi - lo) + pieces;
    if (newSize > starts.length) {
      int capacity = Math.max(newSize, starts.length * 2);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
      exclusive = Arrays.copyOf(exclusive, capacity);
    }
    int tail = size - hi;
    if (tail > 0 && lo + pieces != hi) {
      System.arraycopy(starts, hi, starts, lo + pieces, tail);
      System.arraycopy(ends, hi, ends, lo + pieces, tail);
      System.arraycopy(exclusive, hi, exclusive, lo + pieces, tail);
    }
    for (int i = 0; i < pieces; i++) {
      starts[lo + i] = pieceStart[i];
      ends[lo + i] = pieceEnd[i];
      exclusive[lo + i] = pieceExclusive[i];
      exclusiveCount += pieceExclusive[i] ? 1 : 0;
    }
    size = newSize;
  }
}
