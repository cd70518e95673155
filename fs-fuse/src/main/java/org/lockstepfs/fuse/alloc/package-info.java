/**
 * Allocation of inodes, extent blocks and clusters.
 *
 * <p>A {@code ChainAllocator} keeps the bitmap groups of one system file. The global bitmap hands
 * out clusters; each slot's inode and extent allocators take groups of clusters from it and hand
 * out blocks. {@code LocalAllocator} is a slot's window into the global bitmap, so that most writes
 * need no cluster-wide lock; {@code TruncateLogFile} collects freed clusters until the transaction
 * that freed them is safe. {@code Allocators} puts them together: {@link
 * org.lockstepfs.fuse.alloc.Allocators#reserve} locks what an operation needs before its journal
 * handle starts, the {@link org.lockstepfs.fuse.alloc.AllocContext} claims and frees under it.
 */
package org.lockstepfs.fuse.alloc;
