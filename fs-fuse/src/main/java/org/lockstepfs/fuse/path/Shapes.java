package org.lockstepfs.fuse.path;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;

/**
 * The shapes of libfuse's callbacks, by their arguments. jnr-fuse's own have text for paths, and
 * would lose the bytes of names that are not UTF-8.
 */
public interface Shapes {
  /** unlink, rmdir. */
  interface Path {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path);
  }

  /** A path, or null, and another pointer: most operations. */
  interface PathPointer {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer other);
  }

  /** mkdir, chmod. */
  interface PathMode {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int mode);
  }

  /** truncate. */
  interface PathSize {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, long size);
  }

  /** mknod. */
  interface PathModeDevice {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int mode, long device);
  }

  /** chown. */
  interface PathOwner {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int uid, int gid);
  }

  /** readlink. */
  interface PathBuffer {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, long size);
  }

  /** create, fsync, fsyncdir. */
  interface PathNumberFile {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int number, Pointer file);
  }

  /** read, write. */
  interface Transfer {
    /** Answers a count of bytes or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, long size, long offset, Pointer file);
  }

  /** readdir. */
  interface List {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer buffer, Pointer filler, long offset, Pointer file);
  }

  /** ftruncate. */
  interface PathSizeFile {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, long size, Pointer file);
  }

  /** fgetattr. */
  interface PathPointerFile {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer other, Pointer file);
  }

  /** lock. */
  interface Lock {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer file, int command, Pointer flock);
  }

  /** flock. */
  interface Flock {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, Pointer file, int operation);
  }

  /** fallocate. */
  interface Fallocate {
    /** Answers 0 or a negative errno. */
    @Delegate
    int call(Pointer path, int mode, long offset, long length, Pointer file);
  }
}
