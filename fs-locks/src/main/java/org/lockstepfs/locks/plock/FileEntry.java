package org.lockstepfs.locks.plock;

import java.util.TreeMap;

/** What a node knows about one file's locks. */
final class FileEntry {
  /** The table's owner is not known. */
  static final int UNKNOWN = -1;

  final long inode;

  /** The node that owns the table, or {@link #UNKNOWN}. */
  int owner = UNKNOWN;

  /** The table; not null exactly when this node owns it. */
  FileTable table;

  /** What this node's owners were granted by another table owner. */
  final RangeTable copy;

  /** Requests of this node that are not in a table of this node, by number. */
  final TreeMap<Long, PlockRequest> outstanding = new TreeMap<>();

  /** The number of the lookup whose answer counts, or 0. */
  long lookup;

  /** Whether the owner must be found out, whoever asked for it. */
  boolean wanted;

  /** How often in a row the node named as owner said that it is not. */
  int refusals;

  /** Ticks since the entry was used. */
  int idle;

  FileEntry(long inode, RangeTable.Listener listener) {
    this.inode = inode;
    this.copy = new RangeTable(listener);
  }
}
