package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.kernel.OperationListener;
import org.lockstepfs.fuse.libfuse.LibFuse;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount from the descriptor on which libfuse serves it to its end. */
final class PathSession {
  private static final Logger log = LoggerFactory.getLogger(PathSession.class);

  /** See the package for why there is no {@code intr}. */
  private static final String OPTIONS =
      "hard_remove,use_ino,direct_io,entry_timeout=0,attr_timeout=0,negative_timeout=0,big_writes";

  private final String name;
  private final FileSystem fs;
  private final LibFuse lib;
  private final Upcalls upcalls;
  private final Table table = new Table();
  private Pointer fuse;

  PathSession(String name, FileSystem fs, LibFuse lib, Clock clock, OperationListener listener) {
    this.name = name;
    this.fs = fs;
    this.lib = lib;
    upcalls = new Upcalls(name, fs, lib, listener);
    Buffers buffers = new Buffers();
    new PathUpcalls(upcalls, fs, buffers, clock).bind(table);
    new FileUpcalls(upcalls, fs, buffers).bind(table);
  }

  /**
   * Begins to serve; takes the descriptor over.
   *
   * @throws IOException if libfuse refuses; the descriptor is closed then
   */
  void start(int fd) throws IOException {
    fuse = newFuse(fd);
    if (fuse == null) {
      Native.close(fd, "/dev/fuse");
      throw new IOException("libfuse refuses its options " + OPTIONS);
    }
    upcalls.serve(lib.fuse_get_session(fuse));
    fs.init(new NothingCached());
    Thread thread = new Thread(this::serve, "fuse " + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Passes a {@code struct fuse_args}: count, pointers, and whether libfuse may free them. */
  private Pointer newFuse(int fd) {
    Pointer[] words = {text("lockstep"), text("-o"), text(OPTIONS)};
    Pointer vector = memory((words.length + 1) * Long.BYTES);
    for (int i = 0; i < words.length; i++) {
      vector.putPointer((long) i * Long.BYTES, words[i]);
    }
    Pointer args = memory(3 * Long.BYTES);
    args.putInt(0, words.length);
    args.putPointer(Long.BYTES, vector);
    try {
      long size = Struct.size(table.operations());
      return lib.fuse_new_compat25(fd, args, table.operations(), size);
    } finally {
      lib.fuse_opt_free_args(args);
      Reference.reachabilityFence(words);
      Reference.reachabilityFence(vector);
    }
  }

  private static Pointer text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Pointer memory = memory(bytes.length + 1);
    memory.put(0, bytes, 0, bytes.length);
    return memory;
  }

  private static Pointer memory(int bytes) {
    return Native.runtime().getMemoryManager().allocateDirect(bytes, true);
  }

  private void serve() {
    try {
      if (lib.fuse_loop_mt(fuse) != 0) {
        log.error("{}: libfuse could not go on", name);
      }
      lib.fuse_destroy(fuse);
    } finally {
      fs.destroy();
    }
  }
}
