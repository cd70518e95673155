/**
 * The path front end ({@code -o frontend=jnr-fuse}): serves a {@link
 * org.lockstepfs.fuse.vfs.FileSystem} through libfuse 2 and jnr-fuse, for systems on which the
 * kernel front end's own use of the device is not wanted.
 *
 * <p>{@link org.lockstepfs.fuse.path.PathFrontEnd#mount} mounts. libfuse reads the requests and
 * calls back on threads of its own, one per request; {@code PathUpcalls} (names) and {@code
 * FileUpcalls} (open files) decode such a call, {@code PathCalls} and {@code FileCalls} turn it
 * into one of the inode-based interface. A path is walked from the root each time: nothing that
 * libfuse or this package remembers can be older than the cluster's state. Open files carry their
 * number and node id, and know no path (libfuse's {@code nopath}), so that they outlive their name.
 * Files bypass the page cache ({@code direct_io}); attributes and names are asked for each time.
 *
 * <h2>Limits: what libfuse 2's path API cannot do</h2>
 *
 * Each is a fact of libfuse 2.9.9; the function named is in its lib/fuse.c unless told otherwise.
 *
 * <ul>
 *   <li>A lock that waits holds a thread of libfuse, since a callback's return is the answer
 *       (fuse_lib_setlk). Threads are made as needed, without bound (lib/fuse_loop_mt.c).
 *   <li>A signal reaches such a waiter within {@link org.lockstepfs.fuse.path.PathFrontEnd#POLL_MS}
 *       milliseconds: the waiting thread asks {@code fuse_interrupted} from time to time. The
 *       {@code intr} option would send it a signal instead, but its handler is one for the process:
 *       the end of the mount that installed it takes it away from all others (fuse_destroy), and
 *       the next signal would end the daemon.
 *   <li>RENAME_NOREPLACE and RENAME_EXCHANGE fail with EINVAL: libfuse speaks protocol 7.19, and
 *       renameat2(2) needs 7.23 (include/fuse_kernel.h; Linux fs/fuse/dir.c, fuse_rename2).
 *   <li>SEEK_DATA and SEEK_HOLE take the whole file for data: they need 7.24.
 *   <li>fstat, fchmod, fchown and futimens fail with ENOENT on an open file that has lost its name,
 *       by unlink or rename-over anywhere in the cluster or by a rename on another node: Linux
 *       sends these without the open file, and libfuse then needs a path (fuse_lib_getattr,
 *       fuse_lib_setattr, try_get_path). Reading, writing, ftruncate, fsync and all locks work.
 *       libfuse's own remedy, renaming to {@code .fuse_hidden...}, would show such files to other
 *       nodes and leave them behind after a crash; it is off ({@code hard_remove}).
 *   <li>libfuse knows an inode by its path (find_node): hard links are inodes of their own to the
 *       kernel, with the same number; when another node replaces an open file by another one, fstat
 *       of the open file describes the new one. Data and locks follow the open file.
 *   <li>Requests carry up to 128 KiB (lib/fuse_kern_chan.c), the kernel front end's 1 MiB.
 *   <li>Set-user-id bits are cleared by what every writer but root writes, capabilities unseen.
 * </ul>
 *
 * <p>No limit is what one may fear: libfuse keeps a list of granted locks of its own, answers
 * F_GETLK from it, and does not learn that an open file description's locks end with it
 * (fuse_lib_getlk, fuse_do_release). It copies what the callback leaves in the {@code flock}
 * structure; {@code FileUpcalls} leaves an unlock there, so the list stays empty.
 */
package org.lockstepfs.fuse.path;
