package org.lockstepfs.fuse.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.extent.RestartHandleException;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.volume.Volume;

/**
 * The space of files: truncate, allocate, punch, and the step from inline data to extents. The
 * caller holds the inode's lock in EX, and no journal handle.
 */
public final class FileSpace {
  private static final int DINODE_CREDITS = 1;

  /** Most clusters that one extent record can hold: its count has 16 bits. */
  private static final int MAX_RUN_CLUSTERS = 0xFFFF;

  private final Volume volume;
  private final Geometry geometry;
  private final DataPath data;

  /** Makes the space operations of a volume. */
  public FileSpace(Volume volume, DataPath data) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.data = data;
  }

  /** Sets the length of a file. */
  public void truncate(Inode inode, long newSize) throws IOException {
    if (newSize > volume.maxFileSize()) {
      throw new ErrnoException(Errno.EFBIG, "size " + newSize + " of inode " + inode.block());
    }
    long oldSize = inode.attrs().size;
    if (inode.isInline()) {
      if (newSize <= inode.inlineCapacity()) {
        truncateInline(inode, (int) newSize);
        return;
      }
      convertInline(inode);
    }
    if (newSize > oldSize) {
      zeroWritten(inode, oldSize, newSize);
    } else {
      cutTail(inode, newSize);
    }
    setSize(inode, newSize);
  }

  /** The length follows the extents down, so that a crash leaves no space behind the end. */
  private void cutTail(Inode inode, long newSize) throws IOException {
    removeClusters(
        inode,
        geometry.clustersFor(newSize),
        Mapping.MAX_CPOS,
        removed -> {
          long end = Math.max(newSize, removed.cpos() << geometry.clusterBits());
          inode.attrs().size = Math.min(inode.attrs().size, end);
        });
  }

  private void truncateInline(Inode inode, int newSize) throws IOException {
    try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
      handle.dirty(inode.dinode());
      int from = Math.min(newSize, (int) inode.attrs().size);
      inode.inlineData().zero(from, inode.inlineCapacity());
      inode.attrs().size = newSize;
      inode.touchModified(handle);
    }
  }

  private void setSize(Inode inode, long size) throws IOException {
    try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
      inode.attrs().size = size;
      inode.touchModified(handle);
    }
  }

  /** Frees every cluster from {@code from} up to {@code to}, one extent per transaction. */
  public void removeClusters(Inode inode, long from, long to) throws IOException {
    removeClusters(inode, from, to, removed -> {});
  }

  private void removeClusters(Inode inode, long from, long to, Consumer<Mapping> inEach)
      throws IOException {
    ExtentTree tree = inode.extents();
    boolean more = true;
    while (more) {
      try (AllocContext alloc = volume.allocators().reserve(tree.removal(from, to - from));
          Handle handle =
              volume.journal().start(alloc.credits() + tree.credits() + DINODE_CREDITS)) {
        more = removeLast(inode, handle, alloc, from, to, inEach);
      }
    }
  }

  /** Removes one extent; false if there was none. */
  private static boolean removeLast(
      Inode inode, Handle handle, AllocContext alloc, long from, long to, Consumer<Mapping> inEach)
      throws IOException {
    try {
      Mapping removed = inode.extents().removeLast(handle, alloc, from, to - from);
      if (removed != null) {
        inEach.accept(removed);
        inode.store(handle);
      }
      return removed != null;
    } catch (RestartHandleException e) {
      return true;
    }
  }

  /**
   * Allocates space for a range; new space reads as zeroes.
   *
   * @param keepSize leave the length as it is; nothing is allocated behind the end of the file
   *     then, because fsck.ocfs2 takes such space for damage and would move the end
   */
  public void allocate(Inode inode, long offset, long length, boolean keepSize) throws IOException {
    long end = offset + length;
    if (end > volume.maxFileSize()) {
      throw new ErrnoException(Errno.EFBIG, "allocate up to " + end);
    }
    if (inode.isInline()) {
      if (end <= inode.inlineCapacity()) {
        long size = inode.attrs().size;
        truncateInline(inode, (int) (keepSize ? size : Math.max(size, end)));
        return;
      }
      convertInline(inode);
    }
    long size = inode.attrs().size;
    long to = geometry.clustersFor(keepSize ? Math.min(end, size) : end);
    try {
      fillHoles(inode, offset >> geometry.clusterBits(), to);
    } catch (IOException e) {
      cutTail(inode, size);
      throw e;
    }
    if (!keepSize && end > size) {
      zeroWritten(inode, size, end);
      size = end;
    }
    setSize(inode, size);
  }

  private void fillHoles(Inode inode, long from, long to) throws IOException {
    for (long cpos = from; cpos < to; ) {
      Mapping mapping = inode.extents().lookup(cpos);
      long stop = Math.min(mapping.end(), to);
      cpos = mapping.isHole() ? allocateRun(inode, cpos, stop - cpos) : stop;
    }
  }

  private long allocateRun(Inode inode, long cpos, long clusters) throws IOException {
    ExtentTree tree = inode.extents();
    int wanted = (int) Math.min(clusters, MAX_RUN_CLUSTERS);
    try (AllocContext alloc = reserveClusters(tree, wanted);
        Handle handle = volume.journal().start(alloc.credits() + tree.credits() + DINODE_CREDITS)) {
      ClusterRun run = alloc.claimClusters(handle, goal(inode, cpos), wanted);
      long block = geometry.clusterToBlock(run.start());
      try {
        tree.insert(handle, alloc, new Mapping(cpos, run.count(), block, Mapping.UNWRITTEN));
      } catch (RestartHandleException e) {
        alloc.unclaimClusters(handle, run);
        return cpos;
      }
      inode.store(handle);
      return cpos + run.count();
    }
  }

  /** Locks the allocators for an insertion of up to {@code clusters} clusters in one extent. */
  AllocContext reserveClusters(ExtentTree tree, int clusters) throws IOException {
    return volume.allocators().reserve(0, tree.metaBlocksNeeded(1), clusters);
  }

  /** Returns the cluster where the file's data would continue without a gap; 0 for anywhere. */
  long goal(Inode inode, long cpos) throws IOException {
    if (cpos == 0) {
      return 0;
    }
    Mapping before = inode.extents().lookup(cpos - 1);
    return before.isHole() ? 0 : geometry.blockToCluster(before.block()) + before.clusters();
  }

  /** Frees the space of a range, which reads as zeroes then; the length stays. */
  public void punch(Inode inode, long offset, long length) throws IOException {
    long end = Math.min(offset + length, inode.attrs().size);
    if (inode.isInline()) {
      punchInline(inode, (int) Math.min(offset, end), (int) end);
      return;
    }
    long from = geometry.clustersFor(offset);
    boolean toEnd = offset + length >= inode.attrs().size;
    long to =
        toEnd ? geometry.clustersFor(offset + length) : offset + length >> geometry.clusterBits();
    if (from >= to) {
      zeroWritten(inode, offset, end);
    } else {
      zeroWritten(inode, offset, Math.min(end, from << geometry.clusterBits()));
      zeroWritten(inode, Math.max(offset, to << geometry.clusterBits()), end);
      removeClusters(inode, from, to);
    }
    try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
      inode.touchModified(handle);
    }
  }

  private void punchInline(Inode inode, int from, int to) throws IOException {
    try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
      handle.dirty(inode.dinode());
      inode.inlineData().zero(from, to);
      inode.touchModified(handle);
    }
  }

  /** Writes zeroes over the parts of a byte range that hold data; holes stay holes. */
  void zeroWritten(Inode inode, long from, long to) throws IOException {
    while (from < to) {
      Mapping mapping = inode.extents().lookup(from >> geometry.clusterBits());
      long stop = Math.min(to, mapping.end() << geometry.clusterBits());
      if (!mapping.readsAsZero()) {
        data.zero(FileReader.deviceOffset(geometry, mapping, from), stop - from);
      }
      from = stop;
    }
  }

  /** Moves inline contents out into a cluster. */
  public void convertInline(Inode inode) throws IOException {
    long size = inode.attrs().size;
    if (size == 0) {
      try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
        inode.becomeExtents(handle);
      }
      return;
    }
    ByteBuffer contents = ByteBuffer.allocate((int) size);
    inode.inlineData().read(0, contents);
    contents.flip();
    try (AllocContext alloc = volume.allocators().reserve(0, 0, 1);
        Handle handle = volume.journal().start(alloc.credits() + 2 * DINODE_CREDITS)) {
      ClusterRun run = alloc.claimClusters(handle, 0, 1);
      Mapping extent = new Mapping(0, 1, geometry.clusterToBlock(run.start()), 0);
      long at = FileReader.deviceOffset(geometry, extent, 0);
      int tail = (int) ((geometry.blocksFor(size) << geometry.blockBits()) - size);
      data.write(at, contents);
      data.zero(at + size, tail);
      inode.becomeExtents(handle);
      inode.extents().insert(handle, alloc, extent);
      inode.store(handle);
    }
  }
}
