package org.lockstepfs.fuse.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.meta.Geometry;

/** Reads file contents. The caller holds the inode's lock in PR or EX. */
public final class FileReader {
  private final Geometry geometry;
  private final DataPath data;

  /** Makes a reader of the volume that {@code data} reaches. */
  public FileReader(Geometry geometry, DataPath data) {
    this.geometry = geometry;
    this.data = data;
  }

  /**
   * Reads from {@code offset} into {@code dst}, at most to its limit and to the end of the file.
   *
   * @return number of bytes read; the buffer's position has moved by it
   */
  public int read(Inode inode, long offset, ByteBuffer dst) throws IOException {
    long size = inode.attrs().size;
    if (offset >= size) {
      return 0;
    }
    int length = (int) Math.min(dst.remaining(), size - offset);
    dst.limit(dst.position() + length);
    if (inode.isInline()) {
      inode.inlineData().read((int) offset, dst);
    } else {
      readExtents(inode.extents(), offset, dst);
    }
    return length;
  }

  private void readExtents(ExtentTree tree, long offset, ByteBuffer dst) throws IOException {
    int end = dst.limit();
    while (dst.position() < end) {
      Mapping mapping = tree.lookup(offset >> geometry.clusterBits());
      long mappingEnd = mapping.end() << geometry.clusterBits();
      int length = (int) Math.min(end - dst.position(), mappingEnd - offset);
      dst.limit(dst.position() + length);
      if (mapping.readsAsZero()) {
        zero(dst);
      } else {
        data.read(deviceOffset(geometry, mapping, offset), dst);
      }
      offset += length;
    }
  }

  /** Returns where on the device a byte of the file lies that {@code mapping} covers. */
  static long deviceOffset(Geometry geometry, Mapping mapping, long offset) {
    return (mapping.block() << geometry.blockBits())
        + offset
        - (mapping.cpos() << geometry.clusterBits());
  }

  private static void zero(ByteBuffer dst) {
    while (dst.remaining() >= Long.BYTES) {
      dst.putLong(0);
    }
    while (dst.hasRemaining()) {
      dst.put((byte) 0);
    }
  }

  /**
   * Finds data or a hole, as lseek(2) does; unwritten extents count as holes.
   *
   * @param wantData SEEK_DATA, else SEEK_HOLE
   * @return position, or -1 for ENXIO
   */
  public long seek(Inode inode, long offset, boolean wantData) throws IOException {
    long size = inode.attrs().size;
    if (offset < 0 || offset >= size) {
      return -1;
    }
    if (inode.isInline()) {
      return wantData ? offset : size;
    }
    long at = offset;
    while (at < size) {
      Mapping mapping = inode.extents().lookup(at >> geometry.clusterBits());
      if (mapping.readsAsZero() != wantData) {
        return at;
      }
      at = mapping.end() << geometry.clusterBits();
    }
    return wantData ? -1 : size;
  }
}
