package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Whole metadata blocks in memory. */
public final class Blocks {
  private Blocks() {}

  /** Returns a new zeroed little-endian direct buffer of one block. */
  public static ByteBuffer allocate(int blockSize) {
    return ByteBuffer.allocateDirect(blockSize).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Zeroes a whole block. */
  public static void zero(ByteBuffer block) {
    zero(block, 0, block.capacity());
  }

  /** Zeroes bytes {@code from} to {@code to}. */
  public static void zero(ByteBuffer block, int from, int to) {
    int at = from;
    for (; at + 8 <= to; at += 8) {
      block.putLong(at, 0);
    }
    for (; at < to; at++) {
      block.put(at, (byte) 0);
    }
  }
}
