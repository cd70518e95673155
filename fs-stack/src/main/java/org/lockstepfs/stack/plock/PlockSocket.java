package org.lockstepfs.stack.plock;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Libc;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix socket of type SOCK_SEQPACKET, which the JDK does not know: a read returns one
 * record as a read of a device does, and a write of another size is seen as one. Only the owner of
 * the file may connect.
 */
final class PlockSocket implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(PlockSocket.class);
  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SHUT_RDWR = 2;
  private static final int PATH_MAX = 107;

  private final Path path;
  private final int fd;
  private final IntConsumer accepted;
  private final Thread acceptor;

  /**
   * Binds; takes the place of a socket that a dead daemon left.
   *
   * @param accepted takes over each connection's descriptor
   */
  PlockSocket(Path path, IntConsumer accepted, ThreadFactory threads) throws IOException {
    this.path = path;
    this.accepted = accepted;
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > PATH_MAX) {
      throw new IOException(path + " is longer than a socket's name may be");
    }
    Files.deleteIfExists(path);
    ByteBuffer address = NativeBuffers.allocate(2 + PATH_MAX + 1).order(ByteOrder.nativeOrder());
    address.putShort((short) AF_UNIX).put(name);
    Libc libc = Native.libc();
    fd = (int) Native.call("socket", () -> libc.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    try {
      long at = NativeBuffers.address(address);
      Native.call("bind of " + path, () -> libc.bind(fd, at, address.capacity()));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      Native.call("listen on " + path, () -> libc.listen(fd, 1));
    } catch (IOException e) {
      Native.close(fd, path.toString());
      throw e;
    }
    acceptor = threads.newThread(this::acceptAll);
    acceptor.start();
  }

  private void acceptAll() {
    try {
      while (true) {
        accepted.accept(
            (int) Native.call("accept", () -> Native.libc().accept4(fd, 0, 0, SOCK_CLOEXEC)));
      }
    } catch (ErrnoException e) {
      LOG.debug("{} takes no more connections: {}", path, e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    // close(2) alone does not wake a thread in accept(2).
    Native.libc().shutdown(fd, SHUT_RDWR);
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Native.close(fd, path.toString());
    Files.deleteIfExists(path);
  }
}
