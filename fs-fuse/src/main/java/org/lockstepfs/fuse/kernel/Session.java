package org.lockstepfs.fuse.kernel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.lockstepfs.fuse.vfs.FileSystem;

/** What all workers and exchanges of one connection share. */
final class Session {
  /** Interrupts remembered that found no request. */
  private static final int MAX_EARLY_INTERRUPTS = 1024;

  private static final int MAX_FREE_BUFFERS = 32;

  private final String name;
  private final FileSystem fs;
  private final NativeLayer os;
  private final OperationListener listener;
  private final BufferPool buffers;
  private final Interrupts interrupts;
  private final Lifecycle life;
  private final List<FuseChannel> channels = new CopyOnWriteArrayList<>();

  Session(String name, FileSystem fs, NativeLayer os, OperationListener listener) {
    this.name = name;
    this.fs = fs;
    this.os = os;
    this.listener = listener;
    buffers = new BufferPool(MAX_FREE_BUFFERS);
    interrupts = new Interrupts(MAX_EARLY_INTERRUPTS, this::handBackInterrupt);
    life = new Lifecycle(name, interrupts::endAll, this::finish);
  }

  String name() {
    return name;
  }

  FileSystem fs() {
    return fs;
  }

  NativeLayer os() {
    return os;
  }

  OperationListener listener() {
    return listener;
  }

  BufferPool buffers() {
    return buffers;
  }

  Interrupts interrupts() {
    return interrupts;
  }

  Lifecycle life() {
    return life;
  }

  /** Keeps a channel until the end. */
  void keep(FuseChannel channel) {
    channels.add(channel);
  }

  private void finish() {
    try {
      fs.destroy();
    } finally {
      channels.forEach(FuseChannel::close);
    }
  }

  /**
   * Answers the interrupt of a request with EAGAIN. Only the channel that the request was read from
   * knows it; the others refuse with ENOENT.
   */
  private void handBackInterrupt(long unique) {
    ReplyScratch scratch = os.scratch();
    for (FuseChannel channel : channels) {
      if (channel.write(scratch.address(), Exchange.encodeInterruptAgain(scratch, unique)) == 0) {
        return;
      }
    }
  }
}
