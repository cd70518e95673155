/**
 * The bytes of the FUSE protocol, as Linux include/uapi/linux/fuse.h defines them (host byte order,
 * every structure padded to 8 bytes): requests are read in place at fixed offsets, replies are
 * encoded in place. Nothing here reads a device or knows a file system.
 */
package org.lockstepfs.fuse.kernel.wire;
