/**
 * The kernel front end: serves a {@link org.lockstepfs.fuse.vfs.FileSystem} to the Linux kernel
 * over {@code /dev/fuse}, with no library between.
 *
 * <p>{@link org.lockstepfs.fuse.kernel.KernelFrontEnd#mount} mounts and returns a {@link
 * org.lockstepfs.fuse.kernel.KernelMount}. Every worker thread reads requests from its own clone of
 * the device and runs them itself; an {@code Exchange} is one request with its reply, which may
 * come from any thread and later, so that a lock that waits holds no thread. When no worker is left
 * waiting for requests, another one starts, up to a bound. The connection has ended when the device
 * says so (unmount, abort); interrupted waiters are then let go, the last answers awaited, and the
 * file system is destroyed, once.
 */
package org.lockstepfs.fuse.kernel;
