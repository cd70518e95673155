package org.lockstepfs.blockdev.mkfs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lockstepfs.blockdev.device.BlockDevice;

/** An image file through the page cache, with whatever sector size a test wants. */
public final class FileDevice implements BlockDevice {
  private final Path path;
  private final FileChannel channel;
  private final int sectorSize;

  private FileDevice(Path path, FileChannel channel, int sectorSize) {
    this.path = path;
    this.channel = channel;
    this.sectorSize = sectorSize;
  }

  /** Creates a sparse image of the given size. */
  public static FileDevice create(Path path, long size, int sectorSize) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), size - 1);
    return new FileDevice(path, channel, sectorSize);
  }

  /** Opens an image that is there. */
  public static FileDevice open(Path path) throws IOException {
    return new FileDevice(
        path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), 512);
  }

  @Override
  public int sectorSize() {
    return sectorSize;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public void read(long offset, ByteBuffer dst) throws IOException {
    check(offset, dst);
    long at = offset;
    while (dst.hasRemaining()) {
      int count = channel.read(dst, at);
      if (count < 0) {
        throw new EOFException(path + " ends at " + at);
      }
      at += count;
    }
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    check(offset, src);
    long at = offset;
    while (src.hasRemaining()) {
      at += channel.write(src, at);
    }
  }

  private void check(long offset, ByteBuffer buffer) {
    if (offset % sectorSize != 0 || buffer.remaining() % sectorSize != 0) {
      throw new IllegalArgumentException(buffer.remaining() + " bytes at " + offset);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
