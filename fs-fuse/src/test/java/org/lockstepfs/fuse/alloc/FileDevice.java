package org.lockstepfs.fuse.alloc;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lockstepfs.blockdev.device.BlockDevice;

/** An image file through the page cache. */
final class FileDevice implements BlockDevice {
  private final Path path;
  private final FileChannel channel;

  FileDevice(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public int sectorSize() {
    return 512;
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
    long at = offset;
    while (dst.hasRemaining()) {
      int n = channel.read(dst, at);
      if (n < 0) {
        throw new EOFException(name() + " at " + at);
      }
      at += n;
    }
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    long at = offset;
    while (src.hasRemaining()) {
      at += channel.write(src, at);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
