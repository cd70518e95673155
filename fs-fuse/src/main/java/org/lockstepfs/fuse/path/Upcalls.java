package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.OperationListener;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.libfuse.LibFuse;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.struct.FuseContext;

/**
 * What every callback has around it: who calls, what errors become, who hears of it. Nothing is
 * ever thrown into C.
 */
final class Upcalls {
  private static final Logger log = LoggerFactory.getLogger(Upcalls.class);

  private final String name;
  private final FileSystem fs;
  private final LibFuse lib;
  private final OperationListener listener;
  private final AtomicLong unique = new AtomicLong();
  private volatile Pointer session;

  /**
   * Makes the frame of one mount's callbacks.
   *
   * @param name what the log calls the mount
   */
  Upcalls(String name, FileSystem fs, LibFuse lib, OperationListener listener) {
    this.name = name;
    this.fs = fs;
    this.lib = lib;
    this.listener = listener;
  }

  /** What a callback does; it answers what C expects for a success. */
  interface Body {
    int run(Caller rq) throws IOException;
  }

  /** Names the session whose end takes every call back that waits; before the first callback. */
  void serve(Pointer servedSession) {
    session = servedSession;
  }

  /** Runs a callback; answers what it does, or a negative errno. */
  int run(Opcode op, Body body) {
    long startNs = System.nanoTime();
    int result = attempt(op, body);
    listener.answered(op, System.nanoTime() - startNs, -Math.min(0, result));
    return result;
  }

  private int attempt(Opcode op, Body body) {
    try {
      return body.run(caller());
    } catch (ErrnoException e) {
      log.debug("{}: {}: {}", name, op, e.getMessage());
      return -e.errno().intValue();
    } catch (IOException e) {
      log.error("{}: {}: {}", name, op, e.getMessage(), e);
      fs.failed(e);
      return -Errno.EIO.intValue();
    } catch (RuntimeException | Error e) {
      log.error("{}: {} failed unexpectedly", name, op, e);
      return -Errno.EIO.intValue();
    }
  }

  private Caller caller() {
    FuseContext context = lib.fuse_get_context();
    return new Caller(
        unique.incrementAndGet(),
        context.uid.intValue(),
        context.gid.intValue(),
        context.pid.intValue(),
        () -> lib.fuse_interrupted() != 0 || lib.fuse_session_exited(session) != 0);
  }
}
