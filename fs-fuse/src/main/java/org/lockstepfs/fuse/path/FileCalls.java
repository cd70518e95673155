package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.lockstepfs.fuse.path.OpenNodes.Open;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.SetAttr;

/**
 * Operations on open files and directories, by their number in {@link OpenNodes}. Each keeps the
 * reference to its node that opening it counted.
 */
final class FileCalls {
  private final FileSystem fs;
  private final OpenNodes opens = new OpenNodes();

  FileCalls(FileSystem fs) {
    this.fs = fs;
  }

  /** The entries of a directory on their way to libfuse. */
  abstract static class Listing extends Answer<Void> implements Replies.Listing {
    @Override
    public final void done() {
      give(null);
    }
  }

  /** Opens a file; returns its number. */
  long open(Caller rq, PathName path, int flags) throws IOException {
    try (Found node = Found.walk(fs, rq, path)) {
      OpenFile file = Answer.of(new Answer.OfOpen(), rq, a -> fs.open(rq, node.nodeId(), flags, a));
      return opens.opened(node.keep(), file.fh());
    }
  }

  /** Makes and opens a file; returns its number. */
  long create(Caller rq, PathName path, int mode, int flags) throws IOException {
    try (Found dir = Found.walk(fs, rq, path.parent())) {
      Answer.Created made =
          Answer.of(
              new Answer.OfCreate(),
              rq,
              a -> fs.create(rq, dir.nodeId(), path.last(), mode, flags, a));
      return opens.opened(made.entry().nodeId(), made.file().fh());
    }
  }

  ByteBuffer read(Caller rq, long number, long offset, int size, ByteBuffer buffer)
      throws IOException {
    Open file = opens.get(number);
    return Answer.of(
        new Answer.OfData(buffer), rq, a -> fs.read(rq, file.nodeId(), file.fh(), offset, size, a));
  }

  /** Writes; as the kernel does for the kernel front end, lets only root keep set-user-id bits. */
  int write(Caller rq, long number, long offset, ByteBuffer data, int flags) throws IOException {
    Open file = opens.get(number);
    boolean killSuidGid = rq.uid() != 0;
    return Answer.of(
        new Answer.OfWrite(),
        rq,
        a -> fs.write(rq, file.nodeId(), file.fh(), offset, data, flags, killSuidGid, a));
  }

  Attr getattr(Caller rq, long number) throws IOException {
    Open file = opens.get(number);
    return Answer.of(new Answer.OfAttr(), rq, a -> fs.getattr(rq, file.nodeId(), a));
  }

  void truncate(Caller rq, long number, long size) throws IOException {
    Open file = opens.get(number);
    SetAttr change = Changes.size(OptionalLong.of(file.fh()), size, rq);
    Answer.of(new Answer.OfAttr(), rq, a -> fs.setattr(rq, file.nodeId(), change, a));
  }

  void fallocate(Caller rq, long number, int mode, long offset, long length) throws IOException {
    Open file = opens.get(number);
    Answer.of(
        new Answer.Done(),
        rq,
        a -> fs.fallocate(rq, file.nodeId(), file.fh(), mode, offset, length, a));
  }

  void fsync(Caller rq, long number, boolean dataOnly) throws IOException {
    Open file = opens.get(number);
    Answer.of(new Answer.Done(), rq, a -> fs.fsync(rq, file.nodeId(), file.fh(), dataOnly, a));
  }

  void flush(Caller rq, long number, long lockOwner) throws IOException {
    Open file = opens.get(number);
    Answer.of(new Answer.Done(), rq, a -> fs.flush(rq, file.nodeId(), file.fh(), lockOwner, a));
  }

  void release(Caller rq, long number, boolean flockRelease, long flockOwner) throws IOException {
    Open file = opens.closed(number);
    try {
      Answer.of(
          new Answer.Done(),
          rq,
          a -> fs.release(rq, file.nodeId(), file.fh(), flockRelease, flockOwner, a));
    } finally {
      Found.release(fs, file.nodeId());
    }
  }

  FileLock getlk(Caller rq, long number, FileLock lock) throws IOException {
    Open file = opens.get(number);
    return Answer.of(new Answer.OfLock(), rq, a -> fs.getlk(rq, file.nodeId(), file.fh(), lock, a));
  }

  void setlk(Caller rq, long number, FileLock lock, boolean wait) throws IOException {
    Open file = opens.get(number);
    Answer.of(new Answer.Done(), rq, a -> fs.setlk(rq, file.nodeId(), file.fh(), lock, wait, a));
  }

  void flock(Caller rq, long number, FileLock lock, boolean wait) throws IOException {
    Open file = opens.get(number);
    Answer.of(new Answer.Done(), rq, a -> fs.flock(rq, file.nodeId(), file.fh(), lock, wait, a));
  }

  /** Opens a directory; returns its number. */
  long opendir(Caller rq, PathName path) throws IOException {
    try (Found node = Found.walk(fs, rq, path)) {
      OpenFile dir = Answer.of(new Answer.OfOpen(), rq, a -> fs.opendir(rq, node.nodeId(), a));
      return opens.opened(node.keep(), dir.fh());
    }
  }

  void readdir(Caller rq, long number, long offset, Listing listing) throws IOException {
    Open dir = opens.get(number);
    Answer.of(listing, rq, a -> fs.readdir(rq, dir.nodeId(), dir.fh(), offset, false, a));
  }

  void fsyncdir(Caller rq, long number) throws IOException {
    Open dir = opens.get(number);
    Answer.of(new Answer.Done(), rq, a -> fs.fsyncdir(rq, dir.nodeId(), dir.fh(), a));
  }

  void releasedir(Caller rq, long number) throws IOException {
    Open dir = opens.closed(number);
    try {
      Answer.of(new Answer.Done(), rq, a -> fs.releasedir(rq, dir.nodeId(), dir.fh(), a));
    } finally {
      Found.release(fs, dir.nodeId());
    }
  }

  /** Returns how many files and directories are open. */
  int open() {
    return opens.size();
  }
}
