package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.time.Clock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.wire.FusePrinter;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs requests: chooses the exchange, calls the file system, turns what it throws into an answer.
 */
final class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Session session;
  private final FileSystem fs;
  private final NamespaceCalls namespace;
  private final FileCalls files;

  Dispatcher(Session session, Clock clock) {
    this.session = session;
    fs = session.fs();
    namespace = new NamespaceCalls(fs, clock);
    files = new FileCalls(fs);
  }

  /**
   * Runs a request on the calling thread.
   *
   * @param startNs when it was read
   * @return the exchange, answered or not; null for a request that takes no answer
   */
  Exchange run(RequestView rq, FuseChannel channel, long startNs) {
    if (log.isDebugEnabled()) {
      log.debug("{}", FusePrinter.request(rq));
    }
    switch (rq.opcode()) {
      case FORGET, BATCH_FORGET, INTERRUPT, NOTIFY_REPLY -> {
        runUnanswered(rq);
        return null;
      }
      case READ, READLINK -> {
        DataExchange x = new DataExchange(session, channel, rq, startNs);
        answer(
            x,
            rq.opcode() == Opcode.READ
                ? () -> files.read(rq, x)
                : () -> fs.readlink(x, rq.nodeId(), x));
        return x;
      }
      case READDIR, READDIRPLUS -> {
        ListingExchange x = new ListingExchange(session, channel, rq, startNs);
        answer(x, () -> files.readdir(rq, x));
        return x;
      }
      default -> {
        Exchange x = new Exchange(session, channel, rq, startNs);
        answer(x, () -> call(rq, x));
        return x;
      }
    }
  }

  private void call(RequestView rq, Exchange x) throws IOException {
    switch (rq.opcode()) {
      case LOOKUP,
          GETATTR,
          SETATTR,
          SYMLINK,
          MKNOD,
          MKDIR,
          UNLINK,
          RMDIR,
          RENAME,
          RENAME2,
          LINK,
          CREATE ->
          namespace.call(rq, x);
      case OPEN,
          WRITE,
          STATFS,
          RELEASE,
          FSYNC,
          FLUSH,
          OPENDIR,
          RELEASEDIR,
          FSYNCDIR,
          GETLK,
          SETLK,
          SETLKW,
          FALLOCATE,
          LSEEK ->
          files.call(rq, x);
      case DESTROY -> x.ok();
      case IOCTL -> x.error(Errno.ENOTTY);
      // The kernel remembers ENOSYS and does not ask again: extended attributes then fail with
      // EOPNOTSUPP, copy_file_range falls back to copying, poll and access check by themselves.
      default -> x.error(Errno.ENOSYS);
    }
  }

  private void runUnanswered(RequestView rq) {
    try {
      switch (rq.opcode()) {
        case FORGET -> fs.forget(rq.nodeId(), rq.u64(0));
        case BATCH_FORGET -> forgetAll(rq);
        case INTERRUPT -> session.interrupts().arrived(rq.u64(0));
        default -> {}
      }
    } catch (IOException | RuntimeException e) {
      log.error("{}: {} of node {} failed", session.name(), rq.opcode(), rq.nodeId(), e);
    }
  }

  private void forgetAll(RequestView rq) throws IOException {
    int count = rq.u32(0);
    if (count < 0 || count > (rq.argumentBytes() - 8) / 16) {
      throw new IOException(
          "BATCH_FORGET names " + count + " nodes in " + rq.argumentBytes() + " bytes");
    }
    for (int i = 0; i < count; i++) {
      fs.forget(rq.u64(8 + 16 * i), rq.u64(16 + 16 * i));
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private void answer(Exchange x, Call call) {
    try {
      call.run();
    } catch (ErrnoException e) {
      log.debug("{}: {}", session.name(), e.getMessage());
      fail(x, e.errno(), e);
    } catch (IOException e) {
      log.error("{}: {}: {}", session.name(), x.describe(), e.getMessage(), e);
      fs.failed(e);
      fail(x, Errno.EIO, e);
    } catch (RuntimeException | Error e) {
      log.error("{}: {} failed unexpectedly", session.name(), x.describe(), e);
      fail(x, Errno.EIO, e);
    }
  }

  private void fail(Exchange x, Errno errno, Throwable cause) {
    if (x.isAnswered()) {
      log.warn("{}: {} failed after its answer", session.name(), x.describe(), cause);
    } else if (x instanceof ListingExchange listing && listing.hasEntries()) {
      listing.done();
    } else {
      x.error(errno);
    }
  }
}
