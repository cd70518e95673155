package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.time.Clock;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.kernel.wire.SetAttrCodec;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.Name;

/** Decodes the requests about names and attributes and calls the file system. */
final class NamespaceCalls {
  private final FileSystem fs;
  private final Clock clock;

  NamespaceCalls(FileSystem fs, Clock clock) {
    this.fs = fs;
    this.clock = clock;
  }

  void call(RequestView rq, Exchange x) throws IOException {
    long node = rq.nodeId();
    switch (rq.opcode()) {
      case LOOKUP -> fs.lookup(x, node, rq.name(0), x);
      case GETATTR -> fs.getattr(x, node, x);
      case SETATTR -> fs.setattr(x, node, SetAttrCodec.decode(rq, clock), x);
      case SYMLINK -> {
        Name name = rq.name(0);
        fs.symlink(x, node, name, rq.string(name.length() + 1), x);
      }
      case MKNOD -> fs.mknod(x, node, rq.name(16), masked(rq.u32(0), rq.u32(8)), rq.u32(4), x);
      case MKDIR -> fs.mkdir(x, node, rq.name(8), masked(rq.u32(0), rq.u32(4)), x);
      case CREATE -> fs.create(x, node, rq.name(16), masked(rq.u32(4), rq.u32(8)), rq.u32(0), x);
      case UNLINK -> fs.unlink(x, node, rq.name(0), x);
      case RMDIR -> fs.rmdir(x, node, rq.name(0), x);
      case RENAME -> rename(rq, x, 8, 0);
      case RENAME2 -> rename(rq, x, 16, rq.u32(8));
      case LINK -> fs.link(x, rq.u64(0), node, rq.name(8), x);
      default -> throw new IllegalArgumentException(rq.opcode().name());
    }
  }

  private void rename(RequestView rq, Exchange x, int namesAt, int flags) throws IOException {
    Name from = rq.name(namesAt);
    Name to = rq.name(namesAt + from.length() + 1);
    fs.rename(x, rq.nodeId(), from, rq.u64(0), to, flags, x);
  }

  /** With DONT_MASK the kernel leaves the umask to us. */
  private static int masked(int mode, int umask) {
    return mode & ~(umask & 0777);
  }
}
