package org.lockstepfs.stack.plock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.locks.plock.PlockFraming;
import org.lockstepfs.locks.plock.PlockInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One plock daemon on a socket that keeps records apart (SOCK_SEQPACKET): one thread reads its
 * results, one writes requests as fast as it takes them.
 */
final class PlockConnection {
  private static final Logger LOG = LoggerFactory.getLogger(PlockConnection.class);
  private static final int SHUT_RDWR = 2;

  /** Hears of a connection, on its threads. */
  interface Listener {
    /** A record of the right length has come. */
    void received(PlockConnection from, ByteBuffer record);

    /** The record given to {@link #write} is on its way. */
    void written(PlockConnection by);

    /** Nothing comes any more; said once. */
    void ended(PlockConnection ended);
  }

  private final int fd;
  private final PlockFraming framing;
  private final Listener listener;
  private final BlockingQueue<ByteBuffer> outbox = new LinkedBlockingQueue<>();
  private final Thread reader;
  private final Thread writer;

  /**
   * Takes over a connected socket.
   *
   * @param framing how the daemon at its other end talks
   */
  PlockConnection(int fd, PlockFraming framing, Listener listener, ThreadFactory threads) {
    this.fd = fd;
    this.framing = framing;
    this.listener = listener;
    this.reader = threads.newThread(this::readAll);
    this.writer = threads.newThread(this::writeAll);
  }

  PlockFraming framing() {
    return framing;
  }

  void start() {
    writer.start();
    reader.start();
  }

  /** Sends a record; the one before it has been written. */
  void write(ByteBuffer record) {
    outbox.add(record);
  }

  /** Ends the connection: {@link Listener#ended} follows if it was started. */
  void close() {
    Native.libc().shutdown(fd, SHUT_RDWR);
  }

  private void readAll() {
    try {
      // One byte more than a record, to know a longer one.
      ByteBuffer in = NativeBuffers.allocate(PlockInfo.BYTES + 1);
      long address = NativeBuffers.address(in);
      while (true) {
        long length =
            Native.call("read", () -> Native.libc().read(fd, address, PlockInfo.BYTES + 1));
        if (length == 0) {
          break;
        }
        if (length != PlockInfo.BYTES) {
          LOG.warn(
              "EINVAL: the plock daemon wrote {} bytes, not one record of {}; it is disconnected",
              length > PlockInfo.BYTES ? "more than " + PlockInfo.BYTES : length,
              PlockInfo.BYTES);
          break;
        }
        ByteBuffer record = ByteBuffer.allocate(PlockInfo.BYTES).order(ByteOrder.nativeOrder());
        listener.received(this, record.put(in.clear().limit(PlockInfo.BYTES)).flip());
      }
    } catch (ErrnoException e) {
      LOG.debug("plock daemon: {}", e.getMessage());
    }
    end();
  }

  private void writeAll() {
    ByteBuffer out = NativeBuffers.allocate(PlockInfo.BYTES);
    long address = NativeBuffers.address(out);
    try {
      while (true) {
        out.clear().put(outbox.take());
        Native.call("write", () -> Native.libc().write(fd, address, PlockInfo.BYTES));
        listener.written(this);
      }
    } catch (InterruptedException | ErrnoException e) {
      close();
    }
  }

  private void end() {
    close();
    writer.interrupt();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    refuse();
    listener.ended(this);
  }

  /** Closes the socket, which no thread uses (yet). */
  void refuse() {
    try {
      Native.close(fd, "plock daemon's socket");
    } catch (ErrnoException e) {
      LOG.debug("plock daemon: {}", e.getMessage());
    }
  }
}
