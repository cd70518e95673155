package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * A node's block in the heartbeat file: block n of the file belongs to node n, who alone writes it.
 *
 * <pre>
 * 00 hb_seq le64         seconds of the last write; 0 and generation 0: never or no longer there
 * 08 hb_node u8, pad 3   0C hb_cksum le32
 * 10 hb_generation le64  one life of the node
 * 18 hb_dead_ms le32     after how long without a change the node counts as dead
 * </pre>
 *
 * <p>The checksum is the kernel's {@code crc32_le} with seed 0 and without final inversion over the
 * whole block, its own field taken as zero.
 *
 * <p>Source: fs/ocfs2/cluster/ocfs2_heartbeat.h, heartbeat.c (o2hb_compute_block_crc_le).
 */
public final class HeartbeatBlock {
  private static final int SEQ = 0x00;
  private static final int NODE = 0x08;
  private static final int CKSUM = 0x0C;
  private static final int GENERATION = 0x10;
  private static final int DEAD_MS = 0x18;

  private final ByteBuffer block;

  private HeartbeatBlock(ByteBuffer block) {
    this.block = Check.littleEndian(block);
  }

  /** Views a block of the heartbeat file; nothing is checked, see {@link #isChecksumValid}. */
  public static HeartbeatBlock of(ByteBuffer block) {
    return new HeartbeatBlock(block);
  }

  /** Fills the block and seals it with the checksum. */
  public void write(long seq, int node, long generation, int deadMs) {
    Blocks.zero(block);
    block.putLong(SEQ, seq);
    block.put(NODE, (byte) node);
    block.putLong(GENERATION, generation);
    block.putInt(DEAD_MS, deadMs);
    block.putInt(CKSUM, computeChecksum());
  }

  /** Returns the time stamp of the last write. */
  public long seq() {
    return block.getLong(SEQ);
  }

  /** Returns the number of the node that wrote the block. */
  public int node() {
    return block.get(NODE) & 0xFF;
  }

  /** Returns which life of the node wrote the block. */
  public long generation() {
    return block.getLong(GENERATION);
  }

  /** Returns after how many milliseconds without a change the node counts as dead. */
  public long deadMs() {
    return block.getInt(DEAD_MS) & 0xFFFF_FFFFL;
  }

  /** Returns the stored checksum. */
  public int checksum() {
    return block.getInt(CKSUM);
  }

  /** Returns whether the stored checksum is that of the contents; true for an all-zero block. */
  public boolean isChecksumValid() {
    return checksum() == computeChecksum();
  }

  private int computeChecksum() {
    int crc = 0;
    for (int at = 0; at < block.capacity(); at++) {
      int octet = at >= CKSUM && at < CKSUM + 4 ? 0 : block.get(at) & 0xFF;
      crc = Crc32Le.update(crc, octet);
    }
    return crc;
  }
}
