package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.journal.MetaBuffer;

/** A node of an extent tree: the root's block, or an extent block. */
record Node(MetaBuffer buffer, RecordList list) {}
