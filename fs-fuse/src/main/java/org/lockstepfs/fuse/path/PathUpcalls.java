package org.lockstepfs.fuse.path;

import java.nio.ByteBuffer;
import java.time.Clock;
import jnr.ffi.Pointer;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.vfs.FileSystem;
import ru.serce.jnrfuse.struct.FuseOperations;

/** Decodes libfuse's callbacks that name things by their path. */
final class PathUpcalls {
  private final Upcalls upcalls;
  private final PathCalls calls;
  private final Buffers buffers;
  private final Clock clock;

  /**
   * Makes the callbacks of a mount.
   *
   * @param clock says what "now" is where an application asks for the current time
   */
  PathUpcalls(Upcalls upcalls, FileSystem fs, Buffers buffers, Clock clock) {
    this.upcalls = upcalls;
    this.calls = new PathCalls(fs);
    this.buffers = buffers;
    this.clock = clock;
  }

  void bind(Table table) {
    FuseOperations ops = table.operations();
    table.bind(ops.getattr, Shapes.PathPointer.class, this::getattr);
    table.bind(ops.readlink, Shapes.PathBuffer.class, this::readlink);
    table.bind(ops.mknod, Shapes.PathModeDevice.class, this::mknod);
    table.bind(ops.mkdir, Shapes.PathMode.class, this::mkdir);
    table.bind(ops.unlink, Shapes.Path.class, this::unlink);
    table.bind(ops.rmdir, Shapes.Path.class, this::rmdir);
    table.bind(ops.symlink, Shapes.PathPointer.class, this::symlink);
    table.bind(ops.rename, Shapes.PathPointer.class, this::rename);
    table.bind(ops.link, Shapes.PathPointer.class, this::link);
    table.bind(ops.chmod, Shapes.PathMode.class, this::chmod);
    table.bind(ops.chown, Shapes.PathOwner.class, this::chown);
    table.bind(ops.truncate, Shapes.PathSize.class, this::truncate);
    table.bind(ops.utimens, Shapes.PathPointer.class, this::utimens);
    table.bind(ops.statfs, Shapes.PathPointer.class, this::statfs);
  }

  private int getattr(Pointer path, Pointer stat) {
    return upcalls.run(
        Opcode.GETATTR,
        rq -> {
          Structs.stat(stat, calls.getattr(rq, Structs.path(path)));
          return 0;
        });
  }

  /** The target is cut off where the buffer ends, and terminated. */
  private int readlink(Pointer path, Pointer to, long size) {
    ByteBuffer buffer = buffers.take();
    try {
      return upcalls.run(
          Opcode.READLINK,
          rq -> {
            ByteBuffer target = calls.readlink(rq, Structs.path(path), buffer);
            byte[] bytes = new byte[(int) Math.min(target.remaining(), size - 1)];
            target.get(bytes);
            to.put(0, bytes, 0, bytes.length);
            to.putByte(bytes.length, (byte) 0);
            return 0;
          });
    } finally {
      buffers.give(buffer);
    }
  }

  private int mknod(Pointer path, int mode, long device) {
    return upcalls.run(
        Opcode.MKNOD,
        rq -> {
          calls.mknod(rq, Structs.path(path), mode, (int) device);
          return 0;
        });
  }

  private int mkdir(Pointer path, int mode) {
    return upcalls.run(
        Opcode.MKDIR,
        rq -> {
          calls.mkdir(rq, Structs.path(path), mode);
          return 0;
        });
  }

  private int unlink(Pointer path) {
    return upcalls.run(
        Opcode.UNLINK,
        rq -> {
          calls.unlink(rq, Structs.path(path));
          return 0;
        });
  }

  private int rmdir(Pointer path) {
    return upcalls.run(
        Opcode.RMDIR,
        rq -> {
          calls.rmdir(rq, Structs.path(path));
          return 0;
        });
  }

  private int symlink(Pointer target, Pointer path) {
    return upcalls.run(
        Opcode.SYMLINK,
        rq -> {
          calls.symlink(rq, Structs.bytes(target), Structs.path(path));
          return 0;
        });
  }

  private int rename(Pointer old, Pointer path) {
    return upcalls.run(
        Opcode.RENAME,
        rq -> {
          calls.rename(rq, Structs.path(old), Structs.path(path));
          return 0;
        });
  }

  private int link(Pointer old, Pointer path) {
    return upcalls.run(
        Opcode.LINK,
        rq -> {
          calls.link(rq, Structs.path(old), Structs.path(path));
          return 0;
        });
  }

  private int chmod(Pointer path, int mode) {
    return upcalls.run(
        Opcode.SETATTR,
        rq -> {
          calls.chmod(rq, Structs.path(path), mode);
          return 0;
        });
  }

  private int chown(Pointer path, int uid, int gid) {
    return upcalls.run(
        Opcode.SETATTR,
        rq -> {
          calls.chown(rq, Structs.path(path), uid, gid);
          return 0;
        });
  }

  private int truncate(Pointer path, long size) {
    return upcalls.run(
        Opcode.SETATTR,
        rq -> {
          calls.truncate(rq, Structs.path(path), size);
          return 0;
        });
  }

  private int utimens(Pointer path, Pointer times) {
    return upcalls.run(
        Opcode.SETATTR,
        rq -> {
          calls.utimens(
              rq, Structs.path(path), Structs.time(times, 0, clock), Structs.time(times, 1, clock));
          return 0;
        });
  }

  private int statfs(Pointer path, Pointer stat) {
    return upcalls.run(
        Opcode.STATFS,
        rq -> {
          Structs.statfs(stat, calls.statfs(rq, Structs.path(path)));
          return 0;
        });
  }
}
