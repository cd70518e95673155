package org.lockstepfs.fuse.path;

import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.FileSystem;
import ru.serce.jnrfuse.struct.FuseOperations;

/** Decodes libfuse's callbacks about open files; their path is null. */
final class FileUpcalls {
  private static final int F_GETLK = 5;
  private static final int F_SETLKW = 7;
  private static final int LOCK_NB = 4;

  private final Upcalls upcalls;
  private final FileCalls calls;
  private final Buffers buffers;

  FileUpcalls(Upcalls upcalls, FileSystem fs, Buffers buffers) {
    this.upcalls = upcalls;
    this.calls = new FileCalls(fs);
    this.buffers = buffers;
  }

  void bind(Table table) {
    FuseOperations ops = table.operations();
    table.bind(ops.open, Shapes.PathPointer.class, this::open);
    table.bind(ops.create, Shapes.PathNumberFile.class, this::create);
    table.bind(ops.read, Shapes.Transfer.class, this::read);
    table.bind(ops.write, Shapes.Transfer.class, this::write);
    table.bind(ops.fgetattr, Shapes.PathPointerFile.class, this::fgetattr);
    table.bind(ops.ftruncate, Shapes.PathSizeFile.class, this::ftruncate);
    table.bind(ops.fallocate, Shapes.Fallocate.class, this::fallocate);
    table.bind(ops.fsync, Shapes.PathNumberFile.class, this::fsync);
    table.bind(ops.flush, Shapes.PathPointer.class, this::flush);
    table.bind(ops.release, Shapes.PathPointer.class, this::release);
    table.bind(ops.lock, Shapes.Lock.class, this::lock);
    table.bind(ops.flock, Shapes.Flock.class, this::flock);
    new DirectoryUpcalls(upcalls, calls).bind(table);
  }

  private int open(Pointer path, Pointer info) {
    FileInfo file = new FileInfo(info);
    return upcalls.run(
        Opcode.OPEN,
        rq -> {
          file.number(calls.open(rq, Structs.path(path), file.flags()));
          return 0;
        });
  }

  private int create(Pointer path, int mode, Pointer info) {
    FileInfo file = new FileInfo(info);
    return upcalls.run(
        Opcode.CREATE,
        rq -> {
          file.number(calls.create(rq, Structs.path(path), mode, file.flags()));
          return 0;
        });
  }

  private int read(Pointer path, Pointer to, long size, long offset, Pointer info) {
    ByteBuffer buffer = buffers.take();
    try {
      return upcalls.run(
          Opcode.READ,
          rq -> {
            checkSize(size);
            FileInfo file = new FileInfo(info);
            ByteBuffer data = calls.read(rq, file.number(), offset, (int) size, buffer);
            int bytes = data.remaining();
            Pointer.wrap(Native.runtime(), data).transferTo(0, to, 0, bytes);
            return bytes;
          });
    } finally {
      buffers.give(buffer);
    }
  }

  private int write(Pointer path, Pointer from, long size, long offset, Pointer info) {
    ByteBuffer buffer = buffers.take();
    try {
      return upcalls.run(
          Opcode.WRITE,
          rq -> {
            checkSize(size);
            FileInfo file = new FileInfo(info);
            Pointer.wrap(Native.runtime(), buffer).transferFrom(0, from, 0, size);
            buffer.limit((int) size);
            return calls.write(rq, file.number(), offset, buffer, file.flags());
          });
    } finally {
      buffers.give(buffer);
    }
  }

  private static void checkSize(long size) throws ErrnoException {
    if (size < 0 || size > Buffers.BYTES) {
      throw new ErrnoException(Errno.EINVAL, "transfer of " + size + " bytes");
    }
  }

  private int fgetattr(Pointer path, Pointer stat, Pointer info) {
    return upcalls.run(
        Opcode.GETATTR,
        rq -> {
          Structs.stat(stat, calls.getattr(rq, new FileInfo(info).number()));
          return 0;
        });
  }

  private int ftruncate(Pointer path, long size, Pointer info) {
    return upcalls.run(
        Opcode.SETATTR,
        rq -> {
          calls.truncate(rq, new FileInfo(info).number(), size);
          return 0;
        });
  }

  private int fallocate(Pointer path, int mode, long offset, long length, Pointer info) {
    return upcalls.run(
        Opcode.FALLOCATE,
        rq -> {
          calls.fallocate(rq, new FileInfo(info).number(), mode, offset, length);
          return 0;
        });
  }

  private int fsync(Pointer path, int dataOnly, Pointer info) {
    return upcalls.run(
        Opcode.FSYNC,
        rq -> {
          calls.fsync(rq, new FileInfo(info).number(), dataOnly != 0);
          return 0;
        });
  }

  /** libfuse sends an unlock of everything after each flush; there is nothing left for it. */
  private int flush(Pointer path, Pointer info) {
    FileInfo file = new FileInfo(info);
    return upcalls.run(
        Opcode.FLUSH,
        rq -> {
          calls.flush(rq, file.number(), file.lockOwner());
          return 0;
        });
  }

  private int release(Pointer path, Pointer info) {
    FileInfo file = new FileInfo(info);
    return upcalls.run(
        Opcode.RELEASE,
        rq -> {
          calls.release(rq, file.number(), file.flockRelease(), file.lockOwner());
          return 0;
        });
  }

  private int lock(Pointer path, Pointer info, int command, Pointer flock) {
    FileInfo file = new FileInfo(info);
    if (command == F_GETLK) {
      return upcalls.run(
          Opcode.GETLK,
          rq -> {
            FileLock asked = Structs.lock(flock, file.lockOwner());
            Structs.lock(flock, calls.getlk(rq, file.number(), asked));
            return 0;
          });
    }
    boolean wait = command == F_SETLKW;
    return upcalls.run(
        wait ? Opcode.SETLKW : Opcode.SETLK,
        rq -> {
          calls.setlk(rq, file.number(), Structs.lock(flock, file.lockOwner()), wait);
          // libfuse notes what it finds here now, would answer F_GETLK from its notes, and never
          // learns of locks that end with their open file.
          Structs.unlocked(flock);
          return 0;
        });
  }

  private int flock(Pointer path, Pointer info, int operation) {
    FileInfo file = new FileInfo(info);
    boolean wait = (operation & LOCK_NB) == 0;
    return upcalls.run(
        wait ? Opcode.SETLKW : Opcode.SETLK,
        rq -> {
          FileLock lock = Structs.flock(operation & ~LOCK_NB, file.lockOwner(), rq.pid());
          calls.flock(rq, file.number(), lock, wait);
          return 0;
        });
  }
}
