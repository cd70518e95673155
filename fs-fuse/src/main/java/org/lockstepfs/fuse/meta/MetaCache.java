package org.lockstepfs.fuse.meta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.journal.MetaBuffer;

/**
 * The metadata blocks of one inode, cached for as long as this node holds the inode's cluster lock.
 *
 * <p>The caller holds that lock around every call but {@link #purge}. Purging is safe at any time
 * when the journal has been flushed: a buffer that is not at home yet is found again through {@link
 * Journal#attached}.
 *
 * <p>Counterpart of ocfs2_caching_info in Linux 6.1 fs/ocfs2/uptodate.c.
 */
public final class MetaCache {
  private final BlockDevice device;
  private final int blockSize;
  private final Supplier<Journal> journal;
  private final Map<Long, MetaBuffer> buffers = new ConcurrentHashMap<>();

  /**
   * Makes an empty cache.
   *
   * @param journal gives this node's journal, or null as long as it is not open
   */
  public MetaCache(BlockDevice device, int blockSize, Supplier<Journal> journal) {
    this.device = device;
    this.blockSize = blockSize;
    this.journal = journal;
  }

  /** Returns a block's current contents, from memory or from the disk; not checked. */
  public MetaBuffer read(long block) throws IOException {
    MetaBuffer cached = buffers.get(block);
    if (cached != null) {
      return cached;
    }
    MetaBuffer attached = attached(block);
    MetaBuffer found = attached != null ? attached : load(block);
    MetaBuffer earlier = buffers.putIfAbsent(block, found);
    return earlier != null ? earlier : found;
  }

  private MetaBuffer attached(long block) {
    Journal open = journal.get();
    return open == null ? null : open.attached(block);
  }

  private MetaBuffer load(long block) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(blockSize);
    device.read(block * blockSize, data);
    data.clear();
    return new MetaBuffer(block, data);
  }

  /** Returns a zeroed buffer for a newly allocated block, without reading it. */
  public MetaBuffer fresh(long block) {
    MetaBuffer attached = attached(block);
    MetaBuffer buffer =
        attached != null ? attached : new MetaBuffer(block, ByteBuffer.allocate(blockSize));
    for (int i = 0; i < blockSize; i += Long.BYTES) {
      buffer.data().putLong(i, 0);
    }
    buffers.put(block, buffer);
    return buffer;
  }

  /** Drops one block, because it was freed. */
  public void drop(long block) {
    buffers.remove(block);
  }

  /** Drops everything, because the cluster lock is about to go. */
  public void purge() {
    buffers.clear();
  }

  /** Returns the number of cached blocks. */
  public int size() {
    return buffers.size();
  }
}
