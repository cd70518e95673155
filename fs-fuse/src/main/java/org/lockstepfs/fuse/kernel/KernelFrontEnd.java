package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.wire.InitFlags;
import org.lockstepfs.fuse.kernel.wire.Negotiation;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.ReplyEncoder;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts file systems through {@code /dev/fuse} with mount(2), which takes CAP_SYS_ADMIN; there is
 * no way through fusermount3, since a shared block device is not for unprivileged users either.
 */
public final class KernelFrontEnd {
  private static final Logger log = LoggerFactory.getLogger(KernelFrontEnd.class);
  private static final int MNT_DETACH = 2;

  private final NativeLayer os = new NativeLayer();
  private final Clock clock;
  private final OperationListener listener;
  private final int minWorkers;
  private final int maxWorkers;

  /**
   * Creates a front end.
   *
   * @param clock says what "now" is where the kernel asks for the current time
   * @param listener hears of every answered request
   * @param minWorkers threads that always wait for requests, at least 1
   * @param maxWorkers bound on the threads of one mount; operations that block for a cluster lock
   *     hold one each
   */
  public KernelFrontEnd(Clock clock, OperationListener listener, int minWorkers, int maxWorkers) {
    if (minWorkers < 1 || maxWorkers < minWorkers) {
      throw new IllegalArgumentException("workers " + minWorkers + ".." + maxWorkers);
    }
    this.clock = clock;
    this.listener = listener;
    this.minWorkers = minWorkers;
    this.maxWorkers = maxWorkers;
  }

  /**
   * Mounts a file system; it serves when this returns. Its {@link FileSystem#destroy} runs once
   * after the connection has ended, however that came; if this method throws, it does not run.
   *
   * @param source what /proc/mounts shows as the device
   * @param mountpoint an existing directory
   * @throws IOException if the device, mount(2) or the kernel's protocol version refuses
   */
  public KernelMount mount(FileSystem fs, String source, Path mountpoint, MountOptions options)
      throws IOException {
    // Once mounted, even resolving the path would ask a file system that does not serve yet.
    Path directory = mountpoint.toRealPath();
    FuseChannel channel = FuseChannel.open(os);
    try {
      FuseConnection.attach(channel.fd(), source, directory, options, Negotiation.MAX_WRITE);
      try {
        return serve(fs, channel, directory);
      } catch (IOException | RuntimeException e) {
        os.libc().umount2(directory.toString(), MNT_DETACH);
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private KernelMount serve(FileSystem fs, FuseChannel channel, Path mountpoint)
      throws IOException {
    Session session = new Session(mountpoint.toString(), fs, os, listener);
    Notifier caches = new Notifier(os, channel, session.life());
    FuseConnection connection = FuseConnection.at(mountpoint);
    negotiate(session, channel);
    fs.init(caches);
    session.keep(channel);
    WorkerPool pool =
        new WorkerPool(session, new Dispatcher(session, clock), channel, minWorkers, maxWorkers);
    pool.start(System.nanoTime());
    return new KernelMount(connection, session, pool, caches);
  }

  /** Answers INIT, which the kernel sends before anything else. */
  private void negotiate(Session session, FuseChannel channel) throws IOException {
    NativeMemory buffer = session.buffers().take();
    RequestView rq = new RequestView(buffer.bytes(), BufferPool.REQUEST_AT);
    int length = channel.read(buffer.address() + BufferPool.REQUEST_AT, BufferPool.REQUEST_BYTES);
    if (length < 0) {
      throw new ErrnoException(Errno.valueOf(-length), "read of the first FUSE request");
    }
    rq.reset(length);
    if (rq.opcode() != Opcode.INIT) {
      throw new IOException("the first FUSE request is " + rq.opcode() + ", not INIT");
    }
    Negotiation agreed = Negotiation.of(rq);
    ReplyScratch out = os.scratch();
    int bytes = agreed.encode(out.bytes(), ReplyEncoder.HEADER_BYTES);
    ReplyEncoder.header(out.bytes(), bytes, 0, rq.unique());
    int result = channel.write(out.address(), ReplyEncoder.HEADER_BYTES + bytes);
    if (result != 0) {
      throw new ErrnoException(Errno.valueOf(-result), "answer to INIT");
    }
    session.buffers().give(buffer);
    log.debug(
        "{}: FUSE 7.{} with {}", session.name(), agreed.minor(), InitFlags.in(agreed.flags()));
  }
}
