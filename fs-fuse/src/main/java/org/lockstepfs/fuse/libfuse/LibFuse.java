package org.lockstepfs.fuse.libfuse;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The functions of libfuse 2 that jnr-fuse does not bind: a question, and the steps of its {@code
 * fuse_main}, for a mount whose start, end and errors are ours. Source: fuse.h and fuse_lowlevel.h
 * of libfuse 2.9.
 */
public interface LibFuse extends ru.serce.jnrfuse.LibFuse {

  /** Returns 1 if the caller of the request that this thread serves was interrupted. */
  int fuse_interrupted();

  /**
   * Makes a file system that serves a mounted descriptor and owns it; null if something is wrong
   * with the arguments, and then it does not.
   *
   * <p>Plain {@code fuse_new} cannot be had by its name: to dlsym(3) that is the one of FUSE 1,
   * which the library keeps without a version. This one differs from the newest in two defaults:
   * statfs is always of "/", and reads come in order.
   */
  Pointer fuse_new_compat25(int fd, Pointer args, FuseOperations operations, @size_t long size);

  /** Serves, with a thread for each request; returns when the connection has ended. */
  int fuse_loop_mt(Pointer fuse);

  /** Frees a file system and closes its descriptor. */
  void fuse_destroy(Pointer fuse);

  /** Returns a file system's session. */
  Pointer fuse_get_session(Pointer fuse);

  /** Returns other than 0 if a session's connection has ended. */
  int fuse_session_exited(Pointer session);

  /** Frees what parsing has put into arguments. */
  void fuse_opt_free_args(Pointer args);

  /** Loads the library; throws {@link UnsatisfiedLinkError} if there is none. */
  static LibFuse load() {
    return LibraryLoader.create(LibFuse.class).failImmediately().load("libfuse.so.2");
  }
}
