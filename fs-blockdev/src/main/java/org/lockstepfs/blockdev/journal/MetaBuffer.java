package org.lockstepfs.blockdev.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One metadata block in memory.
 *
 * <p>Whoever holds the cluster lock that covers the block may read it, and change it between {@link
 * Handle#dirty} and {@link Handle#stop}. The same buffer object stays attached to the journal until
 * its last change is checkpointed.
 */
public final class MetaBuffer {
  private final long block;
  private final ByteBuffer data;

  /** The transaction that already knows of this buffer's changes: spares a lock per change. */
  private volatile Transaction dirtyIn;

  /**
   * Wraps the contents of a block.
   *
   * @param block block number on the volume
   * @param data exactly one volume block
   */
  public MetaBuffer(long block, ByteBuffer data) {
    this.block = block;
    this.data = data.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the block number on the volume. */
  public long block() {
    return block;
  }

  /** Returns the live contents; absolute access only, position and limit are not to be moved. */
  public ByteBuffer data() {
    return data;
  }

  Transaction dirtyIn() {
    return dirtyIn;
  }

  void setDirtyIn(Transaction transaction) {
    dirtyIn = transaction;
  }
}
