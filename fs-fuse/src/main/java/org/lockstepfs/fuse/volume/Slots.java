package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.SlotMap;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The slot map: which node uses which slot. The caller holds the super lock in EX around every
 * call; the map is read and written past every cache.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/slot_map.c.
 */
final class Slots {
  private final BlockDevice device;
  private final Geometry geometry;
  private final Inode file;
  private final boolean extended;
  private final int count;
  private ByteBuffer contents;
  private SlotMap map;

  Slots(BlockDevice device, Geometry geometry, Inode file, boolean extended, int count) {
    this.device = device;
    this.geometry = geometry;
    this.file = file;
    this.extended = extended;
    this.count = count;
  }

  /** Reads the map from the disk. */
  void load() throws IOException {
    int bytes = SlotMap.bytes(extended, count);
    int blocks = (int) geometry.blocksFor(bytes);
    contents = ByteBuffer.allocate(blocks * geometry.blockSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < blocks; i++) {
      device.read(offset(i), block(i));
    }
    map = SlotMap.of(contents, extended, count);
  }

  private ByteBuffer block(int index) {
    return contents.slice(index * geometry.blockSize(), geometry.blockSize());
  }

  private long offset(int index) throws IOException {
    try (Held held = file.lock(LockMode.PR)) {
      int perCluster = geometry.blocksPerCluster();
      Mapping mapping = file.extents().lookup(index / perCluster);
      if (mapping.isHole()) {
        throw new IOException("slot map has a hole");
      }
      long logical = mapping.cpos() * perCluster;
      return (mapping.block() + index - logical) * geometry.blockSize();
    }
  }

  /** Returns whether a node has a slot. */
  boolean has(int number) {
    return map.slotOf(number) != SlotMap.EMPTY;
  }

  /** Returns the node in a slot, or {@link SlotMap#EMPTY}. */
  int node(int slot) {
    return map.node(slot);
  }

  /**
   * Finds a slot for a node: the one it had before, else the first free one, and writes it down.
   *
   * @throws ErrnoException EINVAL if all are taken
   */
  int claim(int node) throws IOException {
    int earlier = map.slotOf(node);
    if (earlier != SlotMap.EMPTY) {
      return earlier;
    }
    int free = map.slotOf(SlotMap.EMPTY);
    if (free == SlotMap.EMPTY) {
      throw new ErrnoException(Errno.EINVAL, "all " + count + " node slots are taken");
    }
    map.set(free, node);
    store(free);
    return free;
  }

  /** Marks a slot as free. */
  void release(int slot) throws IOException {
    map.clear(slot);
    store(slot);
  }

  private void store(int slot) throws IOException {
    int index = map.blockOf(slot, geometry.blockSize());
    device.write(offset(index), block(index));
    device.flush();
  }
}
