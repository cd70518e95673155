package org.lockstepfs.blockdev.device;

import java.io.IOException;

/**
 * Says, at the last moment before each write, whether this node may still write. Thread-safe.
 *
 * <p>A node that its peers may have declared dead must not touch the disk any more, however long it
 * slept between deciding to write and writing.
 */
public interface WriteGuard {

  /** Lets every write pass: for a device that no other node shares. */
  WriteGuard NONE =
      new WriteGuard() {
        @Override
        public void begin() {}

        @Override
        public void end() {}
      };

  /**
   * One write is about to be issued. If this returns, {@link #end} follows.
   *
   * @throws IOException "fenced: ..." with the reason, if this node must not write any more
   */
  void begin() throws IOException;

  /** That write has ended, well or not. */
  void end();
}
