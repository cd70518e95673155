package org.lockstepfs.blockdev.journal;

import java.io.IOException;

/** Where the blocks of a journal file lie on the volume. */
@FunctionalInterface
public interface JournalMap {
  /**
   * Returns the volume block that holds block {@code logical} of the journal file.
   *
   * @throws IOException if the file has no such block
   */
  long physical(long logical) throws IOException;
}
