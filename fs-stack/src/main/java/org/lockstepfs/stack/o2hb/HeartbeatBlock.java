package org.lockstepfs.stack.o2hb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * One node's block in the heartbeat file ({@code struct o2hb_disk_heartbeat_block}), little-endian,
 * the rest of the file system block zero:
 *
 * <pre>
 *  0  u64 sequence   12  u32 CRC of the whole block, this field taken as zero
 *  8  u8  node       16  u64 generation, 0 after a clean leave
 *  9  u8  padding x3 24  u32 milliseconds without a change after which the node is dead
 * </pre>
 *
 * @param sequence differs from beat to beat; the kernel writes the time of day in seconds
 * @param generation random for each start of a node's heartbeat
 */
record HeartbeatBlock(long sequence, int node, int checksum, long generation, int deadMs) {
  private static final int CHECKSUM_AT = 12;

  /** The bytes that take a CRC-32 register from its start value to zero. */
  private static final byte[] TO_ZERO = {-1, -1, -1, -1};

  /** Reads the fields of the block at the buffer's position, whatever they are. */
  static HeartbeatBlock read(ByteBuffer block) {
    ByteBuffer in = block.slice().order(ByteOrder.LITTLE_ENDIAN);
    return new HeartbeatBlock(
        in.getLong(0), in.get(8) & 0xff, in.getInt(CHECKSUM_AT), in.getLong(16), in.getInt(24));
  }

  /** Makes a whole block of {@code blockSize} bytes with a valid checksum. */
  static ByteBuffer make(int blockSize, long sequence, int node, long generation, int deadMs) {
    ByteBuffer out = ByteBuffer.allocateDirect(blockSize).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0, sequence).put(8, (byte) node).putLong(16, generation).putInt(24, deadMs);
    out.putInt(CHECKSUM_AT, checksumOf(out));
    return out;
  }

  /** Returns whether the checksum of the block at the buffer's position, to its limit, is right. */
  static boolean valid(ByteBuffer block) {
    ByteBuffer in = block.slice().order(ByteOrder.LITTLE_ENDIAN);
    return in.getInt(CHECKSUM_AT) == checksumOf(in);
  }

  /** The kernel's crc32_le with seed 0 and no final inversion. */
  private static int checksumOf(ByteBuffer block) {
    ByteBuffer copy = ByteBuffer.allocate(block.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(block.duplicate()).flip();
    copy.putInt(CHECKSUM_AT, 0);
    CRC32 crc = new CRC32();
    crc.update(TO_ZERO);
    crc.update(copy);
    return ~(int) crc.getValue();
  }
}
