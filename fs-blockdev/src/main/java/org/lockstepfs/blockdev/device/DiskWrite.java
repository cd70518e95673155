package org.lockstepfs.blockdev.device;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A completed write that the disk may hold in its volatile cache. */
final class DiskWrite {
  final long offset;
  final byte[] bytes;

  DiskWrite(long offset, ByteBuffer src) {
    this.offset = offset;
    this.bytes = new byte[src.remaining()];
    src.duplicate().get(bytes);
  }

  void apply(BlockDevice device) throws IOException {
    device.write(offset, ByteBuffer.wrap(bytes));
  }

  void applySector(BlockDevice device, int at) throws IOException {
    device.write(offset + at, ByteBuffer.wrap(bytes, at, device.sectorSize()));
  }
}
