package org.lockstepfs.blockdev.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A shared disk, addressed in bytes, transferred in whole sectors, cached nowhere on this node.
 *
 * <p>A completed write is seen by a later read from any node; it survives a power loss only after
 * {@link #flush}. A write touches exactly the bytes given: a device never reads, modifies and
 * writes neighbouring sectors, for they may belong to another node. Implementations are safe for
 * concurrent use; writes to overlapping ranges that run at the same time may land in any order.
 *
 * <p>Offsets and lengths must be multiples of {@link #sectorSize}, else {@link
 * IllegalArgumentException}. Errors are {@link IOException}s that name device, offset and length.
 */
public interface BlockDevice extends Closeable {

  /** Returns the unit of transfer in bytes: the logical sector size, a power of two from 512. */
  int sectorSize();

  /** Returns the size in bytes at the time of the call. */
  long size() throws IOException;

  /** Returns the path or name that error messages show. */
  String name();

  /**
   * Fills {@code dst} from its position to its limit; on return the position equals the limit.
   *
   * <p>A direct buffer whose memory is aligned to the device's requirement is filled without a
   * copy.
   *
   * @throws java.io.EOFException if the device ends before the buffer is full
   */
  void read(long offset, ByteBuffer dst) throws IOException;

  /**
   * Writes {@code src} from its position to its limit; on return the position equals the limit.
   *
   * <p>An aligned direct buffer is written without a copy. When this throws, any part of the range
   * may hold old or new sectors.
   */
  void write(long offset, ByteBuffer src) throws IOException;

  /** Makes all completed writes durable (fdatasync with a device cache flush). */
  void flush() throws IOException;
}
