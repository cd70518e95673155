package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import org.lockstepfs.blockdev.journal.Handle;

/**
 * The allocators that one operation has locked, with enough free bits for its {@link Reservation}.
 *
 * <p>Get it from {@link Allocators#reserve}, start a handle with room for {@link #credits} blocks,
 * claim and free, stop the handle, close the context. Belongs to one thread. Claims beyond the
 * reservation, and frees that it does not name, throw {@link IllegalStateException}.
 *
 * <p>Counterpart of struct ocfs2_alloc_context in Linux 6.1 fs/ocfs2/suballoc.h.
 */
public interface AllocContext extends AutoCloseable {

  /** Returns how many blocks the claims and frees of the reservation may dirty. */
  int credits();

  /**
   * Claims an inode.
   *
   * @param near a dinode or group close to which the inode should lie; 0 for anywhere
   */
  ClaimedBlock claimInode(Handle handle, long near) throws IOException;

  /** Claims a metadata block (extent block, xattr block, directory index root). */
  ClaimedBlock claimBlock(Handle handle) throws IOException;

  /**
   * Claims adjacent clusters, as many as there are in one place.
   *
   * @param goal cluster where the run should start, 0 for anywhere
   * @param max most to take, at least 1
   * @return a run of 1 to {@code max} clusters; call again for the rest
   */
  ClusterRun claimClusters(Handle handle, long goal, int max) throws IOException;

  /** Returns clusters that were claimed in this context and never used. */
  void unclaimClusters(Handle handle, ClusterRun run) throws IOException;

  /**
   * Frees an inode's block. The caller has forgotten it in the journal.
   *
   * @param inode where it came from, as stored in the dinode
   */
  void freeInode(Handle handle, ClaimedBlock inode) throws IOException;

  /**
   * Frees a metadata block. The caller has forgotten it in the journal.
   *
   * @param block where it came from, as stored in the block
   */
  void freeBlock(Handle handle, ClaimedBlock block) throws IOException;

  /**
   * Frees clusters through the truncate log; they are handed out again only after this handle's
   * transaction is at home.
   */
  void freeClusters(Handle handle, ClusterRun run) throws IOException;

  /** Unlocks the allocators. Idempotent. */
  @Override
  void close();
}
