/**
 * File contents: reading, writing and the space they take.
 *
 * <p>Data goes straight between the request's buffer and the disk, under the inode's lock. What is
 * allocated behind the end of a file has undefined contents, as in the kernel; whoever moves the
 * end zeroes what comes to lie before it. New clusters are filled before the transaction that makes
 * them part of the file can commit, so a crash never shows what they held before.
 */
package org.lockstepfs.fuse.file;
