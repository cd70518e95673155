package org.lockstepfs.blockdev.mkfs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lockstepfs.blockdev.format.Blocks;

/**
 * What stands before the superblock: an OCFS version 1 header and label in the first two sectors,
 * so filled that a driver of that age refuses the volume cleanly.
 */
final class Leader {
  private static final String TEXT = "this is an ocfs2 volume";
  private static final byte FILLER = 2;

  /** Signature and mount point of the version 1 header, label and cluster name of its label. */
  private static final int[] TEXT_OFFSETS = {0x008, 0x088, 0x230, 0x284};

  private Leader() {}

  /** Returns the two blocks before the superblock. */
  static ByteBuffer create(int blockSize) {
    ByteBuffer blocks = Blocks.allocate(2 * blockSize);
    for (int at = 0; at < blocks.capacity(); at++) {
      blocks.put(at, FILLER);
    }
    byte[] text = (TEXT + '\0').getBytes(StandardCharsets.US_ASCII);
    for (int offset : TEXT_OFFSETS) {
      blocks.put(offset, text);
    }
    return blocks;
  }
}
