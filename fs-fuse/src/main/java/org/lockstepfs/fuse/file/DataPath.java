package org.lockstepfs.fuse.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Moves bytes between buffers and the device at any alignment. Whole sectors of aligned buffers go
 * without a copy; the rest goes through a bounce buffer, with read-modify-write of edge sectors,
 * which belong to the file whose lock the caller holds.
 */
public final class DataPath {
  private static final int CHUNK_BYTES = 1 << 20;

  private final BlockDevice device;
  private final int sector;
  private final ThreadLocal<ByteBuffer> bounce =
      ThreadLocal.withInitial(() -> NativeBuffers.allocate(CHUNK_BYTES));
  private final ThreadLocal<ByteBuffer> zeroes =
      ThreadLocal.withInitial(() -> NativeBuffers.allocate(CHUNK_BYTES));

  /**
   * Makes a data path.
   *
   * @param blockSize unit of transfer in bytes: the volume's block size
   */
  public DataPath(BlockDevice device, int blockSize) {
    this.device = device;
    this.sector = Math.min(blockSize, Math.max(device.sectorSize(), 512));
  }

  /** Fills {@code dst} from its position to its limit with what lies at {@code offset}. */
  public void read(long offset, ByteBuffer dst) throws IOException {
    while (dst.hasRemaining()) {
      int aligned = alignedLength(offset, dst.remaining());
      if (aligned > 0) {
        int limit = dst.limit();
        dst.limit(dst.position() + aligned);
        device.read(offset, dst);
        dst.limit(limit);
        offset += aligned;
      } else {
        offset += readEdge(offset, dst);
      }
    }
  }

  /** Returns how many bytes from here can go as whole sectors. */
  private int alignedLength(long offset, int length) {
    return offset % sector == 0 ? length / sector * sector : 0;
  }

  private int readEdge(long offset, ByteBuffer dst) throws IOException {
    long start = offset / sector * sector;
    int skip = (int) (offset - start);
    int length = edgeLength(skip, dst.remaining());
    ByteBuffer buffer = load(start, skip + length);
    buffer.position(skip).limit(skip + length);
    dst.put(buffer);
    return length;
  }

  /** An edge is a part of one sector, or all that follows when the offset is not aligned. */
  private int edgeLength(int skip, int remaining) {
    return skip == 0
        ? Math.min(remaining, sector)
        : Math.min(remaining, CHUNK_BYTES - sector - skip);
  }

  private ByteBuffer load(long start, int length) throws IOException {
    ByteBuffer buffer = bounce.get();
    buffer.clear().limit(roundUp(length));
    device.read(start, buffer);
    return buffer;
  }

  private int roundUp(int length) {
    return (length + sector - 1) / sector * sector;
  }

  /** Writes {@code src} from its position to its limit at {@code offset}. */
  public void write(long offset, ByteBuffer src) throws IOException {
    while (src.hasRemaining()) {
      int aligned = alignedLength(offset, src.remaining());
      if (aligned > 0) {
        int limit = src.limit();
        src.limit(src.position() + aligned);
        device.write(offset, src);
        src.limit(limit);
        offset += aligned;
      } else {
        offset += writeEdge(offset, src);
      }
    }
  }

  private int writeEdge(long offset, ByteBuffer src) throws IOException {
    long start = offset / sector * sector;
    int skip = (int) (offset - start);
    int length = edgeLength(skip, src.remaining());
    int whole = roundUp(skip + length);
    ByteBuffer buffer = bounce.get();
    if (skip > 0) {
      buffer.clear().limit(sector);
      device.read(start, buffer);
    }
    if ((skip + length) % sector != 0 && (skip == 0 || whole > sector)) {
      buffer.clear().position(whole - sector).limit(whole);
      device.read(start + whole - sector, buffer);
    }
    int limit = src.limit();
    src.limit(src.position() + length);
    buffer.clear().position(skip);
    buffer.put(src);
    src.limit(limit);
    buffer.position(0).limit(whole);
    device.write(start, buffer);
    return length;
  }

  /** Writes zeroes. */
  public void zero(long offset, long length) throws IOException {
    ByteBuffer buffer = zeroes.get();
    while (length > 0) {
      int chunk = (int) Math.min(length, CHUNK_BYTES);
      buffer.clear().limit(chunk);
      write(offset, buffer);
      offset += chunk;
      length -= chunk;
    }
  }
}
