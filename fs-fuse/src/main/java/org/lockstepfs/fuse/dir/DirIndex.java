package org.lockstepfs.fuse.dir;

import java.util.HashMap;
import java.util.Map;
import org.lockstepfs.fuse.vfs.Name;

/**
 * Which block of a directory holds which name, and where there may be room; valid while this node
 * keeps the directory's cluster lock.
 */
final class DirIndex {
  /** Directories with fewer blocks than this are scanned, too. */
  static final int MIN_BLOCKS = 2;

  /** Directories with more entries than this are scanned. */
  static final int MAX_ENTRIES = 500_000;

  private final Map<Name, Long> blocks = new HashMap<>();

  void put(Name name, long logical) {
    blocks.put(name, logical);
  }

  void remove(Name name) {
    blocks.remove(name);
  }

  /** Returns the block that holds a name, or null if the directory has none such. */
  Long block(Name name) {
    return blocks.get(name);
  }

  int size() {
    return blocks.size();
  }
}
