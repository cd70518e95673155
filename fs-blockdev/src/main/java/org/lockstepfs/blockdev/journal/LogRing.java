package org.lockstepfs.blockdev.journal;

/**
 * The log as a ring of blocks.
 *
 * @param first first block of the ring
 * @param end the block behind its last one
 */
record LogRing(int first, int end) {
  static LogRing of(JournalSuperblock superblock) {
    return new LogRing(superblock.first(), superblock.maxLength());
  }

  int length() {
    return end - first;
  }

  /** Returns the position {@code blocks} further, at most once around. */
  int advance(int position, int blocks) {
    int next = position + blocks;
    return next >= end ? next - length() : next;
  }
}
