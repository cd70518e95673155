package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads requests from one channel and runs each before it reads the next. */
final class Worker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  private final WorkerPool pool;
  private final Session session;
  private final FuseChannel channel;
  private NativeMemory buffer;
  private RequestView request;

  Worker(WorkerPool pool, FuseChannel channel) {
    this.pool = pool;
    this.channel = channel;
    session = pool.session();
  }

  @Override
  public void run() {
    boolean counted = true;
    try {
      nextBuffer();
      while (!session.life().isOver()) {
        if (pool.mayEnd(System.nanoTime())) {
          counted = false;
          return;
        }
        serveOne();
      }
    } finally {
      session.buffers().give(buffer);
      pool.ended(channel, counted);
    }
  }

  private void serveOne() {
    pool.beginWait();
    int length = channel.read(buffer.address() + BufferPool.REQUEST_AT, BufferPool.REQUEST_BYTES);
    long nowNs = System.nanoTime();
    pool.endWait(nowNs);
    if (length >= 0) {
      serve(length, nowNs);
    } else if (FuseChannel.isEnd(length)) {
      session.life().over();
    } else if (!FuseChannel.isPassing(length)) {
      log.error("{}: cannot read requests any more: errno {}", session.name(), -length);
      session.life().over();
    }
  }

  private void serve(int length, long nowNs) {
    try {
      request.reset(length);
    } catch (IOException e) {
      log.error("{}: {}", session.name(), e.getMessage());
      if (length >= RequestView.HEADER_BYTES) {
        new Exchange(session, channel, request, nowNs).error(Errno.EIO);
      }
      return;
    }
    Exchange exchange = run(nowNs);
    if (exchange == null || exchange.isAnswered()) {
      return;
    }
    boolean needsBuffer = request.opcode() == Opcode.WRITE;
    if (exchange.detach(needsBuffer ? buffer : null) && needsBuffer) {
      nextBuffer();
    }
  }

  private Exchange run(long nowNs) {
    try {
      return pool.dispatcher().run(request, channel, nowNs);
    } catch (RuntimeException | Error e) {
      log.error("{}: {} failed before it began", session.name(), request.opcode(), e);
      Exchange exchange = new Exchange(session, channel, request, nowNs);
      exchange.error(Errno.EIO);
      return exchange;
    }
  }

  private void nextBuffer() {
    buffer = session.buffers().take();
    request = new RequestView(buffer.bytes(), BufferPool.REQUEST_AT);
  }
}
