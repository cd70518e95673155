package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
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
 * The slot map: which node uses which slot. The caller holds the super lock in EX around every call
 * but {@link #look}; the map is read and written past every cache.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/slot_map.c.
 */
final class Slots {
  private final BlockDevice device;
  private final Geometry geometry;
  private final Inode file;
  private final boolean extended;
  private final int count;
  private final long[] offsets;
  private ByteBuffer contents;
  private SlotMap map;

  /** Finds the map, whose place never changes. */
  Slots(BlockDevice device, Geometry geometry, Inode file, boolean extended, int count)
      throws IOException {
    this.device = device;
    this.geometry = geometry;
    this.file = file;
    this.extended = extended;
    this.count = count;
    this.offsets = new long[(int) geometry.blocksFor(SlotMap.bytes(extended, count))];
    try (Held held = file.lock(LockMode.PR)) {
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = offset(i);
      }
    }
  }

  /** Reads the map from the disk. */
  void load() throws IOException {
    contents = read();
    map = SlotMap.of(contents, extended, count);
  }

  /** Returns the node in each slot as the disk says now; needs no lock, takes none. */
  int[] look() throws IOException {
    SlotMap seen = SlotMap.of(read(), extended, count);
    return IntStream.range(0, count).map(seen::node).toArray();
  }

  private ByteBuffer read() throws IOException {
    ByteBuffer read =
        ByteBuffer.allocate(offsets.length * geometry.blockSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < offsets.length; i++) {
      device.read(offsets[i], block(read, i));
    }
    return read;
  }

  private ByteBuffer block(ByteBuffer of, int index) {
    return of.slice(index * geometry.blockSize(), geometry.blockSize());
  }

  private long offset(int index) throws IOException {
    int perCluster = geometry.blocksPerCluster();
    Mapping mapping = file.extents().lookup(index / perCluster);
    if (mapping.isHole()) {
      throw new IOException("slot map has a hole");
    }
    long logical = mapping.cpos() * perCluster;
    return (mapping.block() + index - logical) * geometry.blockSize();
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
    device.write(offsets[index], block(contents, index));
    device.flush();
  }
}
