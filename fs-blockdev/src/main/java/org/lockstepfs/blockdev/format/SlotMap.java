package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * Which node holds which slot: the first bytes of the slot_map file.
 *
 * <pre>
 * old       le16 node number per slot, FFFF: empty            one block
 * extended  {es_valid u8, reserved 3, es_node_num le32} per slot   s_max_slots × 8 bytes
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_slot_map and ocfs2_slot_map_extended.
 */
public final class SlotMap {
  /** What {@link #node} returns for a slot that nobody holds. */
  public static final int EMPTY = -1;

  private static final int EXTENDED_SIZE = 8;

  private final ByteBuffer data;
  private final boolean extended;
  private final int slots;

  private SlotMap(ByteBuffer data, boolean extended, int slots) {
    this.data = Check.littleEndian(data);
    this.extended = extended;
    this.slots = slots;
    if (data.capacity() < bytes(extended, slots)) {
      throw new IllegalArgumentException("slot map of " + data.capacity() + " bytes");
    }
  }

  /**
   * Views the file's contents.
   *
   * @param data at least {@link #bytes} of it
   * @param extended whether the volume has {@link Feature#EXTENDED_SLOT_MAP}
   * @param slots the superblock's {@code s_max_slots}
   */
  public static SlotMap of(ByteBuffer data, boolean extended, int slots) {
    return new SlotMap(data, extended, slots);
  }

  /** Returns the bytes that the slots take. */
  public static int bytes(boolean extended, int slots) {
    return slots * (extended ? EXTENDED_SIZE : Short.BYTES);
  }

  /** Returns which block of the file, counted from 0, holds a slot; that one is to be written. */
  public int blockOf(int slot, int blockSize) {
    return bytes(extended, slot) / blockSize;
  }

  /** Returns the number of slots. */
  public int slots() {
    return slots;
  }

  /** Returns the number of the node that holds a slot, or {@link #EMPTY}. */
  public int node(int slot) {
    int at = offset(slot);
    if (extended) {
      return data.get(at) != 0 ? data.getInt(at + 4) : EMPTY;
    }
    int node = data.getShort(at) & 0xFFFF;
    return node == Limits.INVALID_SLOT ? EMPTY : node;
  }

  /** Gives a slot to a node. */
  public void set(int slot, int node) {
    int at = offset(slot);
    if (extended) {
      data.put(at, (byte) 1);
      data.putInt(at + 4, node);
    } else {
      data.putShort(at, (short) node);
    }
  }

  /** Makes a slot free. */
  public void clear(int slot) {
    int at = offset(slot);
    if (extended) {
      data.put(at, (byte) 0);
    } else {
      data.putShort(at, (short) Limits.INVALID_SLOT);
    }
  }

  /** Returns the slot that a node holds, or {@link #EMPTY}. */
  public int slotOf(int node) {
    for (int slot = 0; slot < slots; slot++) {
      if (node(slot) == node) {
        return slot;
      }
    }
    return EMPTY;
  }

  private int offset(int slot) {
    if (slot < 0 || slot >= slots) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + slots);
    }
    return bytes(extended, slot);
  }
}
