package org.lockstepfs.blockdev.sys;

/**
 * The C functions that this project calls, as jnr-ffi binds them: addresses are plain numbers, a
 * negative result means that errno is set ({@link Native#errno}). Source: Linux man pages, section
 * 2.
 */
public interface Libc {
  /** See open(2). */
  int open(String path, int flags, int mode);

  /** See close(2). */
  int close(int fd);

  /** See pread(2). */
  long pread64(int fd, long buffer, long count, long offset);

  /** See pwrite(2). */
  long pwrite64(int fd, long buffer, long count, long offset);

  /** See read(2). */
  long read(int fd, long buffer, long count);

  /** See write(2). */
  long write(int fd, long buffer, long count);

  /** See writev(2); {@code vectors} is the address of {@code count} iovec structures. */
  long writev(int fd, long vectors, int count);

  /** See fdatasync(2). */
  int fdatasync(int fd);

  /** See ioctl(2); {@code argument} is a value or an address, as the request defines. */
  int ioctl(int fd, long request, long argument);

  /** See flock(2). */
  int flock(int fd, int operation);

  /** See lseek(2). */
  long lseek64(int fd, long offset, int whence);

  /** See madvise(2). */
  int madvise(long address, long length, int advice);

  /** See clock_gettime(2); {@code timespec} is the address of the structure. */
  int clock_gettime(int clock, long timespec);

  /** See mount(2). */
  int mount(String source, String target, String type, long flags, String data);

  /** See umount2(2). */
  int umount2(String target, int flags);

  /** See open_tree(2). */
  int open_tree(int directory, String path, int flags);

  /** See move_mount(2). */
  int move_mount(int fromDirectory, String from, int toDirectory, String to, int flags);

  /** See fstatfs(2); {@code statfs} is the address of the structure. */
  int fstatfs(int fd, long statfs);

  /** See isatty(3). */
  int isatty(int fd);

  /** See socket(2). */
  int socket(int domain, int type, int protocol);

  /** See bind(2); {@code address} points to a sockaddr. */
  int bind(int fd, long address, int length);

  /** See listen(2). */
  int listen(int fd, int backlog);

  /** See accept4(2). */
  int accept4(int fd, long address, long length, int flags);

  /** See shutdown(2). */
  int shutdown(int fd, int how);
}
