package org.lockstepfs.blockdev.journal;

import java.io.IOException;

/** Where on the volume the blocks of a journal file lie. */
@FunctionalInterface
public interface JournalMap {
  /**
   * Returns the volume's block that holds a block of the journal.
   *
   * @throws IOException if the file does not reach that far
   */
  long physical(long logical) throws IOException;
}
