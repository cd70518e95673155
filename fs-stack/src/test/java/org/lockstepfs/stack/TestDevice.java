package org.lockstepfs.stack;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lockstepfs.blockdev.device.BlockDevice;

/** A small image file as a shared disk. */
public final class TestDevice implements BlockDevice {
  private final FileChannel file;
  private final Path path;

  /** When set, reads and writes fail. */
  public volatile boolean broken;

  public TestDevice(Path path, long size) throws IOException {
    this.path = path;
    file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (file.size() < size) {
      file.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  @Override
  public int sectorSize() {
    return 512;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public String name() {
    return path.getFileName().toString();
  }

  @Override
  public void read(long offset, ByteBuffer dst) throws IOException {
    check(offset);
    long at = offset;
    while (dst.hasRemaining()) {
      int n = file.read(dst, at);
      if (n < 0) {
        throw new EOFException(name() + " at " + at);
      }
      at += n;
    }
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    check(offset);
    long at = offset;
    while (src.hasRemaining()) {
      at += file.write(src, at);
    }
  }

  private void check(long offset) throws IOException {
    if (broken) {
      throw new IOException(name() + " is broken at " + offset);
    }
  }

  @Override
  public void flush() throws IOException {
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
