package org.lockstepfs.fuse.dir;

/**
 * Where the search for room in a directory begins, so that filling it does not scan it each time.
 */
final class DirHint {
  private long from;
  private boolean holes = true;

  /** Returns the block to begin at. */
  long from() {
    return from;
  }

  /** Remembers where room was found. */
  void from(long logical) {
    from = logical;
  }

  /** Notes that an entry was removed, so that there may be room further to the front. */
  void holeAt(long logical) {
    holes |= logical < from;
  }

  /** Returns, once, whether a search from the start is worth while. */
  boolean takeHoles() {
    boolean taken = holes && from > 0;
    holes = false;
    return taken;
  }
}
