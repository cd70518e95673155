package org.lockstepfs.fuse.path;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import jnr.ffi.provider.jffi.ClosureHelper;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.Name;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseOperations;

/** Decodes libfuse's callbacks about open directories. */
final class DirectoryUpcalls {
  private static final int TYPE_SHIFT = 12;

  private final Upcalls upcalls;
  private final FileCalls calls;

  DirectoryUpcalls(Upcalls upcalls, FileCalls calls) {
    this.upcalls = upcalls;
    this.calls = calls;
  }

  void bind(Table table) {
    FuseOperations ops = table.operations();
    table.bind(ops.opendir, Shapes.PathPointer.class, this::opendir);
    table.bind(ops.readdir, Shapes.List.class, this::readdir);
    table.bind(ops.fsyncdir, Shapes.PathNumberFile.class, this::fsyncdir);
    table.bind(ops.releasedir, Shapes.PathPointer.class, this::releasedir);
  }

  private int opendir(Pointer path, Pointer info) {
    return upcalls.run(
        Opcode.OPENDIR,
        rq -> {
          new FileInfo(info).number(calls.opendir(rq, Structs.path(path)));
          return 0;
        });
  }

  private int readdir(Pointer path, Pointer to, Pointer filler, long offset, Pointer info) {
    return upcalls.run(
        Opcode.READDIR,
        rq -> {
          calls.readdir(rq, new FileInfo(info).number(), offset, new Filler(filler, to));
          return 0;
        });
  }

  private int fsyncdir(Pointer path, int dataOnly, Pointer info) {
    return upcalls.run(
        Opcode.FSYNCDIR,
        rq -> {
          calls.fsyncdir(rq, new FileInfo(info).number());
          return 0;
        });
  }

  private int releasedir(Pointer path, Pointer info) {
    return upcalls.run(
        Opcode.RELEASEDIR,
        rq -> {
          calls.releasedir(rq, new FileInfo(info).number());
          return 0;
        });
  }

  /** Entries as libfuse takes them: until it says that no more fit. */
  private static final class Filler extends FileCalls.Listing {
    private final FuseFillDir function;
    private final Pointer to;
    private final FileStat stat = new FileStat(Native.runtime());
    private final Pointer statMemory = Memory.allocateDirect(Native.runtime(), Struct.size(stat));

    Filler(Pointer function, Pointer to) {
      ClosureHelper helper = ClosureHelper.getInstance();
      this.function =
          helper
              .getNativeConveter(FuseFillDir.class)
              .fromNative(function, helper.getFromNativeContext());
      this.to = to;
      stat.useMemory(statMemory);
    }

    /** libfuse takes inode number and type from a stat structure, and nothing else. */
    @Override
    public boolean add(Name name, long ino, long nextOffset, int type, Entry entry) {
      stat.st_ino.set(ino);
      stat.st_mode.set(type << TYPE_SHIFT);
      byte[] terminated = Arrays.copyOf(name.bytes(), name.length() + 1);
      return function.apply(to, ByteBuffer.wrap(terminated), statMemory, nextOffset) == 0;
    }
  }
}
