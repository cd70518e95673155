package org.lockstepfs.fuse.path;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.lockstepfs.blockdev.sys.Native;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * libfuse's {@code struct fuse_operations}. What is not bound is answered ENOSYS by libfuse, which
 * the kernel remembers; so there are no extended attributes, and poll(2) and access(2) are its own.
 * Keeps the callbacks alive; it has to live as long as the mount.
 */
final class Table {
  /** nullpath_ok, nopath and utime_omit_ok: bits behind the pointer to bmap. */
  private static final int FLAGS = 0b111;

  private final Runtime runtime = Native.runtime();
  private final FuseOperations operations = new FuseOperations(runtime);
  private final List<Object> callbacks = new ArrayList<>();

  Table() {
    long flagsAt = operations.bmap.offset() + runtime.addressSize();
    operations.bmap.getMemory().putInt(flagsAt, FLAGS);
  }

  FuseOperations operations() {
    return operations;
  }

  /** Has libfuse call {@code callback} for an operation. */
  <T> void bind(BaseStruct.Func<?> operation, Class<T> shape, T callback) {
    callbacks.add(callback);
    Pointer entry = runtime.getClosureManager().getClosurePointer(shape, callback);
    operation.getMemory().putPointer(operation.offset(), entry);
  }
}
