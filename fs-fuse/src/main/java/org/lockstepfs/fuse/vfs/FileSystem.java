package org.lockstepfs.fuse.vfs;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The operations of a mounted file system. Called on any thread, many at once; an operation may
 * block for disk and cluster locks, but never for a {@code setlk} or {@code flock} that waits.
 *
 * <p>An {@link IOException} thrown before the reply was used is an answer: an {@link
 * org.lockstepfs.blockdev.sys.ErrnoException} gives its errno, anything else EIO.
 *
 * <p>Operation names and meanings are those of Linux include/uapi/linux/fuse.h.
 */
public interface FileSystem {

  /**
   * The mount is about to serve. Called once, before the first operation.
   *
   * @param caches tells the kernel what to drop, until {@link #destroy}
   */
  default void init(KernelCaches caches) {}

  /** Looks up a name; ENOENT if absent. */
  void lookup(Request rq, long parent, Name name, Replies.Entries reply) throws IOException;

  /** Returns {@code count} references to a node; it may be dropped from memory at zero. */
  void forget(long nodeId, long count);

  /** Reads attributes. */
  void getattr(Request rq, long nodeId, Replies.Attrs reply) throws IOException;

  /** Changes attributes, size included. */
  void setattr(Request rq, long nodeId, SetAttr change, Replies.Attrs reply) throws IOException;

  /** Reads a symbolic link. */
  void readlink(Request rq, long nodeId, Replies.Data reply) throws IOException;

  /** Makes a file, fifo, socket or device node; the umask is applied already. */
  void mknod(Request rq, long parent, Name name, int mode, int rdev, Replies.Entries reply)
      throws IOException;

  /** Makes a directory; the umask is applied already. */
  void mkdir(Request rq, long parent, Name name, int mode, Replies.Entries reply)
      throws IOException;

  /** Makes a symbolic link. */
  void symlink(Request rq, long parent, Name name, byte[] target, Replies.Entries reply)
      throws IOException;

  /** Removes a name that is not a directory. */
  void unlink(Request rq, long parent, Name name, Replies.Ok reply) throws IOException;

  /** Removes an empty directory. */
  void rmdir(Request rq, long parent, Name name, Replies.Ok reply) throws IOException;

  /**
   * Renames.
   *
   * @param flags RENAME_NOREPLACE 1, RENAME_EXCHANGE 2; others EINVAL
   */
  void rename(
      Request rq, long parent, Name name, long newParent, Name newName, int flags, Replies.Ok reply)
      throws IOException;

  /** Makes another name for an inode. */
  void link(Request rq, long nodeId, long newParent, Name newName, Replies.Entries reply)
      throws IOException;

  /**
   * Opens a file.
   *
   * @param flags open(2) flags
   */
  void open(Request rq, long nodeId, int flags, Replies.Opens reply) throws IOException;

  /**
   * Makes and opens a file; the umask is applied already. The kernel believes the name to be free;
   * if another node was faster, opens that file, or answers EEXIST with O_EXCL, and empties it with
   * O_TRUNC (with which the kernel does not send a setattr here, as it does after {@link #open}).
   */
  void create(Request rq, long parent, Name name, int mode, int flags, Replies.Creates reply)
      throws IOException;

  /** Reads up to {@code size} bytes; fewer only at the end of the file. */
  void read(Request rq, long nodeId, long fh, long offset, int size, Replies.Data reply)
      throws IOException;

  /**
   * Writes all of {@code data}; it is valid until the reply.
   *
   * @param openFlags the file's flags now: with O_APPEND the offset is ignored and the data goes to
   *     the end of the file as the cluster knows it
   * @param killSuidGid clear set-user-id and set-group-id bits
   */
  void write(
      Request rq,
      long nodeId,
      long fh,
      long offset,
      ByteBuffer data,
      int openFlags,
      boolean killSuidGid,
      Replies.Writes reply)
      throws IOException;

  /** A descriptor was closed: POSIX locks of this owner on the file go. */
  void flush(Request rq, long nodeId, long fh, long lockOwner, Replies.Ok reply) throws IOException;

  /**
   * The last reference to an open file went.
   *
   * @param flockOwner drop this owner's flock if {@code flockRelease} is set
   */
  void release(
      Request rq, long nodeId, long fh, boolean flockRelease, long flockOwner, Replies.Ok reply)
      throws IOException;

  /** Makes a file's data and metadata durable. */
  void fsync(Request rq, long nodeId, long fh, boolean dataOnly, Replies.Ok reply)
      throws IOException;

  /** Opens a directory. */
  void opendir(Request rq, long nodeId, Replies.Opens reply) throws IOException;

  /**
   * Lists a directory from an offset that an earlier listing gave, 0 for the start.
   *
   * @param plus look every entry up as well, except "." and ".."
   */
  void readdir(Request rq, long nodeId, long fh, long offset, boolean plus, Replies.Listing reply)
      throws IOException;

  /** Closes a directory. */
  void releasedir(Request rq, long nodeId, long fh, Replies.Ok reply) throws IOException;

  /** Makes a directory durable. */
  void fsyncdir(Request rq, long nodeId, long fh, Replies.Ok reply) throws IOException;

  /** Reads totals. */
  void statfs(Request rq, long nodeId, Replies.Stats reply) throws IOException;

  /** Finds a lock that conflicts with {@code lock}. */
  void getlk(Request rq, long nodeId, long fh, FileLock lock, Replies.Locks reply)
      throws IOException;

  /**
   * Sets or drops a POSIX or OFD lock.
   *
   * @param wait wait for conflicting locks; interruptible through {@link Request#onInterrupt}
   */
  void setlk(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException;

  /** Sets or drops a whole-file flock; as {@link #setlk}. */
  void flock(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException;

  /**
   * Allocates or frees space.
   *
   * @param mode FALLOC_FL_KEEP_SIZE 1, FALLOC_FL_PUNCH_HOLE 2; others EOPNOTSUPP
   */
  void fallocate(
      Request rq, long nodeId, long fh, int mode, long offset, long length, Replies.Ok reply)
      throws IOException;

  /**
   * Finds data or a hole.
   *
   * @param whence SEEK_DATA 3 or SEEK_HOLE 4
   */
  void lseek(Request rq, long nodeId, long fh, long offset, int whence, Replies.Offsets reply)
      throws IOException;

  /** Hears of every operation that failed otherwise than with an errno of its own. */
  default void failed(IOException why) {}

  /**
   * The connection has ended (umount(2), or abort): close every handle that is still open, drop
   * every lock, leave the volume. Called once, after the last operation has been answered or given
   * up.
   */
  void destroy();
}
