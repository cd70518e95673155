package org.lockstepfs.stack.plock;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.lockstepfs.locks.plock.PlockDevice;
import org.lockstepfs.locks.plock.PlockFraming;
import org.lockstepfs.locks.plock.PlockInfo;
import org.lockstepfs.locks.plock.PlockOp;
import org.lockstepfs.stack.glue.PlockDaemon;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Byte-range locks that another program keeps, as dlm_controld does for a kernel: it connects to
 * {@code dlm_plock} in the node's run directory, or to {@code lock_dlm_plock} if it speaks the
 * older framing, and serves all volumes of the node. Thread-safe; never blocks.
 *
 * <p>Each read returns one request, each write takes one result, in this machine's byte order. What
 * a device refuses with EINVAL, a record of a wrong size, version or content, ends the connection
 * here, with a line in the log. A second daemon waits for the end of the first. Requests wait while
 * none is connected; {@link PlockDevice} says what a new one is told.
 */
public final class ExternalPlocks implements PlockDaemon, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ExternalPlocks.class);

  private final Mailbox mailbox = new Mailbox();
  private final PlockDevice device =
      new PlockDevice(
          lock -> LOG.error("the plock daemon does not confirm {}, which is held", lock));
  private final PlockFraming.Translator translator = new PlockFraming.Translator();
  private final Map<PlockFraming, PlockSocket> sockets = new EnumMap<>(PlockFraming.class);
  private final ThreadFactory threads;
  private PlockConnection daemon;
  private PlockConnection standby;
  private boolean writing;
  private boolean closed;

  /**
   * Listens for a daemon.
   *
   * @param dir where the sockets are made
   * @throws IOException if they cannot be
   */
  public ExternalPlocks(Path dir) throws IOException {
    threads =
        task -> {
          Thread thread = new Thread(task, "plock-daemon");
          thread.setDaemon(true);
          return thread;
        };
    try {
      for (PlockFraming framing : PlockFraming.values()) {
        Path path = dir.resolve(framing.name().toLowerCase(java.util.Locale.ROOT));
        sockets.put(framing, new PlockSocket(path, fd -> accepted(fd, framing), threads));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public VolumeLocks volume(String uuid, int node) {
    mailbox.post(() -> translator.add(uuid));
    return new ExternalPosixLocks(this, PlockFraming.DLM_PLOCK.fsid(uuid), node);
  }

  /** Runs something that changes what there is to send. */
  private void post(Runnable event) {
    mailbox.post(
        () -> {
          event.run();
          feed();
        });
  }

  /** Begins a request; {@code begun} gets its handle. */
  void submit(
      PlockInfo request, PlockOp.Answer answer, java.util.function.Consumer<PlockOp> begun) {
    post(() -> begun.accept(device.submit(request, answer)));
  }

  void cancel(java.util.function.Supplier<PlockOp> request) {
    post(() -> device.cancel(request.get()));
  }

  void close(PlockInfo who) {
    post(() -> device.close(who));
  }

  void forget(int fsid) {
    post(() -> device.forget(fsid));
  }

  private void feed() {
    if (daemon == null || writing) {
      return;
    }
    PlockInfo next = device.read();
    if (next != null) {
      ByteBuffer record = ByteBuffer.allocate(PlockInfo.BYTES).order(ByteOrder.nativeOrder());
      translator.put(next, daemon.framing(), record);
      writing = true;
      daemon.write(record.flip());
    }
  }

  private void accepted(int fd, PlockFraming framing) {
    PlockConnection connection = new PlockConnection(fd, framing, new Events(), threads);
    post(() -> attach(connection));
  }

  /** One that comes back may be here before the end of its former connection is known. */
  private void attach(PlockConnection connection) {
    if (daemon == null && !closed) {
      LOG.info("a plock daemon has connected, {}", connection.framing());
      daemon = connection;
      writing = false;
      device.attached(connection.framing());
      connection.start();
    } else if (standby == null && !closed) {
      standby = connection;
    } else {
      LOG.warn("two plock daemons are connected already; another one is turned away");
      connection.refuse();
    }
  }

  private final class Events implements PlockConnection.Listener {
    @Override
    public void received(PlockConnection from, ByteBuffer record) {
      post(() -> result(from, record));
    }

    @Override
    public void written(PlockConnection by) {
      post(() -> writing = writing && by != daemon);
    }

    @Override
    public void ended(PlockConnection ended) {
      post(
          () -> {
            if (daemon == ended) {
              LOG.warn("the plock daemon is gone: requests wait for another one");
              daemon = null;
              device.detached();
              if (standby != null) {
                PlockConnection next = standby;
                standby = null;
                attach(next);
              }
            }
          });
    }
  }

  private void result(PlockConnection from, ByteBuffer record) {
    if (from != daemon) {
      return;
    }
    try {
      PlockInfo result = translator.get(from.framing(), record);
      if (!device.write(result)) {
        LOG.debug("nobody waits for {}", result);
      }
    } catch (IOException e) {
      LOG.warn("EINVAL: {}; the plock daemon is disconnected", e.getMessage());
      from.close();
    }
  }

  /** Ends the connection and listens no more. */
  @Override
  public void close() throws IOException {
    mailbox.post(
        () -> {
          closed = true;
          if (daemon != null) {
            daemon.close();
          }
          if (standby != null) {
            standby.refuse();
            standby = null;
          }
        });
    for (PlockSocket socket : sockets.values()) {
      socket.close();
    }
    sockets.clear();
  }
}
