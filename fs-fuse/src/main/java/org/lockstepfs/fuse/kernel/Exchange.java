package org.lockstepfs.fuse.kernel;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.kernel.wire.FusePrinter;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.ReplyEncoder;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.vfs.StatFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request with its reply. The first answer counts and goes to the kernel at once, on the thread
 * that gives it; later ones are logged and dropped. An exchange is never used again for another
 * request, so that a late second answer cannot hit a stranger.
 */
class Exchange
    implements Request,
        Replies.Ok,
        Replies.Entries,
        Replies.Attrs,
        Replies.Opens,
        Replies.Creates,
        Replies.Writes,
        Replies.Stats,
        Replies.Locks,
        Replies.Offsets {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  /** The lowest bit of an INTERRUPT's own number (fs/fuse/fuse_dev_i.h, FUSE_INT_REQ_BIT). */
  private static final long INTERRUPT_BIT = 1;

  private static final int BODY = ReplyEncoder.HEADER_BYTES;

  private static final int OPEN = 0;

  /** The worker has gone on; the answer comes later. */
  private static final int DETACHED = 1;

  private static final int ANSWERED = 2;

  private final Session session;
  private final FuseChannel channel;
  private final Opcode op;
  private final long unique;
  private final long nodeId;
  private final int uid;
  private final int gid;
  private final int pid;
  private final long startNs;
  private final AtomicInteger state = new AtomicInteger(OPEN);
  private volatile boolean interruptible;
  private NativeMemory handedOver;
  private boolean detached;

  Exchange(Session session, FuseChannel channel, RequestView rq, long startNs) {
    this.session = session;
    this.channel = channel;
    this.startNs = startNs;
    op = rq.opcode();
    unique = rq.unique();
    nodeId = rq.nodeId();
    uid = rq.uid();
    gid = rq.gid();
    pid = rq.pid();
  }

  @Override
  public final long unique() {
    return unique;
  }

  @Override
  public final int uid() {
    return uid;
  }

  @Override
  public final int gid() {
    return gid;
  }

  @Override
  public final int pid() {
    return pid;
  }

  @Override
  public final void onInterrupt(Runnable action) {
    interruptible = true;
    session.interrupts().register(unique, action);
    if (isAnswered()) {
      session.interrupts().finished(unique, true);
    }
  }

  @Override
  public final void error(Errno errno) {
    if (claim()) {
      send(scratch(), 0, errno.intValue());
    }
  }

  @Override
  public final void ok() {
    if (claim()) {
      send(scratch(), 0, 0);
    }
  }

  @Override
  public final void entry(Entry entry) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.entry(out.bytes(), BODY, entry));
  }

  @Override
  public final void attr(Attr attr, long validMs) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.attrOut(out.bytes(), BODY, attr, validMs));
  }

  @Override
  public final void opened(OpenFile file) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.open(out.bytes(), BODY, file));
  }

  @Override
  public final void created(Entry entry, OpenFile file) {
    ReplyScratch out = scratch();
    int bytes = ReplyEncoder.entry(out.bytes(), BODY, entry);
    sendIfFirst(out, bytes + ReplyEncoder.open(out.bytes(), BODY + bytes, file));
  }

  @Override
  public final void written(int bytes) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.written(out.bytes(), BODY, bytes));
  }

  @Override
  public final void statfs(StatFs totals) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.statfs(out.bytes(), BODY, totals));
  }

  @Override
  public final void lock(FileLock lock) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.lock(out.bytes(), BODY, lock));
  }

  @Override
  public final void offset(long offset) {
    ReplyScratch out = scratch();
    sendIfFirst(out, ReplyEncoder.offset(out.bytes(), BODY, offset));
  }

  final boolean isAnswered() {
    return state.get() == ANSWERED;
  }

  final Session session() {
    return session;
  }

  /**
   * The operation has returned. If it has not answered yet, the request now lives without its
   * worker.
   *
   * @param buffer what the request was read into, if the file system still needs it; else null
   * @return true if the request was not answered, and has taken the buffer
   */
  final boolean detach(NativeMemory buffer) {
    if (isAnswered()) {
      return false;
    }
    session.life().acquire();
    handedOver = buffer;
    if (state.compareAndSet(OPEN, DETACHED)) {
      return true;
    }
    session.life().release();
    return false;
  }

  /** Tells what the request is, for the log. */
  final String describe() {
    return op + " of node " + nodeId + " (request " + unique + ", pid " + pid + ")";
  }

  /** Memory that a subclass holds for the reply is no longer needed. */
  void releaseData() {}

  /** Takes the right to answer; false if somebody did already. */
  final boolean claim() {
    int was = state.getAndSet(ANSWERED);
    if (was == ANSWERED) {
      log.warn("{}: second answer to {} dropped", session.name(), describe());
      return false;
    }
    detached = was == DETACHED;
    session.interrupts().finished(unique, interruptible);
    return true;
  }

  /** Sends data that lies elsewhere as a success; only after {@link #claim}. */
  final void sendData(long address, int bytes) {
    ReplyScratch out = scratch();
    ReplyEncoder.header(out.bytes(), bytes, 0, unique);
    complete(channel.write(out, BODY, address, bytes), bytes, 0);
  }

  private ReplyScratch scratch() {
    return session.os().scratch();
  }

  /**
   * What it sends is encoded before the claim, so that a failure to encode leaves it unanswered.
   */
  private void sendIfFirst(ReplyScratch out, int bytes) {
    if (claim()) {
      send(out, bytes, 0);
    }
  }

  private void send(ReplyScratch out, int bytes, int errno) {
    ReplyEncoder.header(out.bytes(), bytes, -errno, unique);
    complete(channel.write(out.address(), BODY + bytes), bytes, errno);
  }

  private void complete(int result, int bytes, int errno) {
    if (log.isDebugEnabled()) {
      log.debug("{}", FusePrinter.reply(unique, op, errno, bytes));
    }
    if (result != 0) {
      refused(result, errno);
    }
    releaseData();
    if (detached) {
      if (handedOver != null) {
        session.buffers().give(handedOver);
      }
      session.life().release();
    }
    session.listener().answered(op, System.nanoTime() - startNs, errno);
  }

  /**
   * The kernel did not take the answer; unless it has given the request up, it still waits for one.
   */
  private void refused(int result, int errno) {
    if (result == -Errno.ENOENT.intValue() || FuseChannel.isEnd(result)) {
      log.debug("{}: {} was given up by the kernel", session.name(), describe());
      return;
    }
    log.warn(
        "{}: the kernel refused the answer to {}: errno {}", session.name(), describe(), -result);
    if (errno == 0) {
      ReplyScratch out = scratch();
      ReplyEncoder.header(out.bytes(), 0, -Errno.EIO.intValue(), unique);
      channel.write(out.address(), BODY);
    }
  }

  /** Encodes the answer EAGAIN to the INTERRUPT of a request; returns its length in bytes. */
  static int encodeInterruptAgain(ReplyScratch out, long unique) {
    ByteBuffer bytes = out.bytes();
    return ReplyEncoder.header(bytes, 0, -Errno.EAGAIN.intValue(), unique | INTERRUPT_BIT);
  }
}
