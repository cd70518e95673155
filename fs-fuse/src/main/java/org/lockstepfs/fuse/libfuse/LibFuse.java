package org.lockstepfs.fuse.libfuse;

import jnr.ffi.LibraryLoader;

/** The functions of libfuse 2 that jnr-fuse does not bind. */
public interface LibFuse {

  /** Returns 1 if the caller of the request that this thread serves was interrupted. */
  int fuse_interrupted();

  /** Loads the library; throws {@link UnsatisfiedLinkError} if there is none. */
  static LibFuse load() {
    return LibraryLoader.create(LibFuse.class).failImmediately().load("libfuse.so.2");
  }
}
