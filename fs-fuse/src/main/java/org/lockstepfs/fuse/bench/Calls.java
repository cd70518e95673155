package org.lockstepfs.fuse.bench;

/** The C functions that are measured; see their man pages, section 2. */
public interface Calls {
  /** See open(2). */
  int open(String path, int flags, int mode);

  /** See close(2). */
  int close(int fd);

  /** See unlink(2). */
  int unlink(String path);

  /** See chmod(2). */
  int chmod(String path, int mode);

  /** See rename(2). */
  int rename(String from, String to);

  /** See statx(2); {@code buffer} has room for 256 bytes. */
  int statx(int dir, String path, int flags, int mask, long buffer);

  /** See fcntl(2); {@code lock} is the address of a struct flock. */
  int fcntl(int fd, int command, long lock);

  /** See flock(2). */
  int flock(int fd, int operation);

  /** See pread(2). */
  long pread64(int fd, long buffer, long count, long offset);

  /** See pwrite(2). */
  long pwrite64(int fd, long buffer, long count, long offset);

  /** See fsync(2). */
  int fsync(int fd);
}
