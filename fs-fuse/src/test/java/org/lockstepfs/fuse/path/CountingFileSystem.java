package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.kernel.MemoryFileSystem;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;

/** Counts the references that were given and not given back. */
final class CountingFileSystem extends MemoryFileSystem {
  private final AtomicLong references = new AtomicLong();

  CountingFileSystem() {
    super(true);
  }

  long references() {
    return references.get();
  }

  private Replies.Entries counted(Replies.Entries reply) {
    return new Replies.Entries() {
      @Override
      public void entry(Entry entry) {
        references.incrementAndGet();
        reply.entry(entry);
      }

      @Override
      public void error(Errno errno) {
        reply.error(errno);
      }
    };
  }

  @Override
  public void lookup(Request rq, long parent, Name name, Replies.Entries reply) throws IOException {
    super.lookup(rq, parent, name, counted(reply));
  }

  @Override
  public void mkdir(Request rq, long parent, Name name, int mode, Replies.Entries reply)
      throws IOException {
    super.mkdir(rq, parent, name, mode, counted(reply));
  }

  @Override
  public void symlink(Request rq, long parent, Name name, byte[] target, Replies.Entries reply)
      throws IOException {
    super.symlink(rq, parent, name, target, counted(reply));
  }

  @Override
  public synchronized void link(
      Request rq, long nodeId, long newParent, Name newName, Replies.Entries reply)
      throws IOException {
    super.link(rq, nodeId, newParent, newName, counted(reply));
  }

  @Override
  public void create(Request rq, long parent, Name name, int mode, int flags, Replies.Creates reply)
      throws IOException {
    super.create(
        rq,
        parent,
        name,
        mode,
        flags,
        new Replies.Creates() {
          @Override
          public void created(Entry entry, OpenFile file) {
            references.incrementAndGet();
            reply.created(entry, file);
          }

          @Override
          public void error(Errno errno) {
            reply.error(errno);
          }
        });
  }

  @Override
  public synchronized void forget(long nodeId, long count) {
    references.addAndGet(-count);
    super.forget(nodeId, count);
  }
}
