package org.lockstepfs.blockdev.format;

import java.io.IOException;

/**
 * A metadata block holds something that OCFS2 never writes there. Names the block and the field, so
 * that {@code debugfs.ocfs2} can be pointed at it.
 */
public final class CorruptBlockException extends IOException {
  private static final long serialVersionUID = 1;

  private final long block;
  private final String field;

  /**
   * Creates an error.
   *
   * @param block number of the damaged block on the volume
   * @param field name of the damaged field as in ocfs2_fs.h
   * @param problem what was found
   */
  public CorruptBlockException(long block, String field, String problem) {
    super("block " + Long.toUnsignedString(block) + ": " + field + ": " + problem);
    this.block = block;
    this.field = field;
  }

  /** Returns the number of the damaged block on the volume. */
  public long block() {
    return block;
  }

  /** Returns the name of the damaged field, as in ocfs2_fs.h. */
  public String field() {
    return field;
  }
}
