package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.wire.LockCodec;
import org.lockstepfs.fuse.kernel.wire.Negotiation;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.FileSystem;

/** Decodes the requests about open files and locks and calls the file system. */
final class FileCalls {
  private static final int WRITE_KILL_SUIDGID = 1 << 2;
  private static final int RELEASE_FLOCK_UNLOCK = 1 << 1;
  private static final int FSYNC_FDATASYNC = 1;
  private static final int WRITE_DATA_AT = 40;

  private final FileSystem fs;

  FileCalls(FileSystem fs) {
    this.fs = fs;
  }

  void call(RequestView rq, Exchange x) throws IOException {
    long node = rq.nodeId();
    switch (rq.opcode()) {
      case OPEN -> fs.open(x, node, rq.u32(0), x);
      case WRITE -> write(rq, x);
      case STATFS -> fs.statfs(x, node, x);
      case FLUSH -> fs.flush(x, node, fh(rq), rq.u64(16), x);
      case RELEASE ->
          fs.release(x, node, fh(rq), (rq.u32(12) & RELEASE_FLOCK_UNLOCK) != 0, rq.u64(16), x);
      case FSYNC -> fs.fsync(x, node, fh(rq), (rq.u32(8) & FSYNC_FDATASYNC) != 0, x);
      case OPENDIR -> fs.opendir(x, node, x);
      case RELEASEDIR -> fs.releasedir(x, node, fh(rq), x);
      case FSYNCDIR -> fs.fsyncdir(x, node, fh(rq), x);
      case GETLK -> fs.getlk(x, node, fh(rq), LockCodec.lock(rq), x);
      case SETLK, SETLKW -> setlk(rq, x);
      case FALLOCATE -> fs.fallocate(x, node, fh(rq), rq.u32(24), rq.u64(8), rq.u64(16), x);
      case LSEEK -> fs.lseek(x, node, fh(rq), rq.u64(8), rq.u32(16), x);
      default -> throw new IllegalArgumentException(rq.opcode().name());
    }
  }

  void read(RequestView rq, DataExchange x) throws IOException {
    int size = rq.u32(16);
    if (size < 0 || size > Negotiation.MAX_WRITE) {
      throw new ErrnoException(Errno.EINVAL, "READ of " + size + " bytes");
    }
    fs.read(x, rq.nodeId(), fh(rq), rq.u64(8), size, x);
  }

  void readdir(RequestView rq, ListingExchange x) throws IOException {
    fs.readdir(x, rq.nodeId(), fh(rq), rq.u64(8), rq.opcode() == Opcode.READDIRPLUS, x);
  }

  private void write(RequestView rq, Exchange x) throws IOException {
    ByteBuffer data = rq.payload(WRITE_DATA_AT, rq.u32(16));
    boolean killSuidGid = (rq.u32(20) & WRITE_KILL_SUIDGID) != 0;
    fs.write(x, rq.nodeId(), fh(rq), rq.u64(8), data, rq.u32(32), killSuidGid, x);
  }

  private void setlk(RequestView rq, Exchange x) throws IOException {
    boolean wait = rq.opcode() == Opcode.SETLKW;
    if (LockCodec.isFlock(rq)) {
      fs.flock(x, rq.nodeId(), fh(rq), LockCodec.lock(rq), wait, x);
    } else {
      fs.setlk(x, rq.nodeId(), fh(rq), LockCodec.lock(rq), wait, x);
    }
  }

  private static long fh(RequestView rq) {
    return rq.u64(0);
  }
}
