package org.lockstepfs.fuse.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.extent.RestartHandleException;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.volume.Volume;

/** Writes file contents. The caller holds the inode's lock in EX, and no journal handle. */
public final class FileWriter {
  private static final int DINODE_CREDITS = 1;

  private final Volume volume;
  private final Geometry geometry;
  private final DataPath data;
  private final FileSpace space;

  /** Makes a writer. */
  public FileWriter(Volume volume, DataPath data, FileSpace space) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.data = data;
    this.space = space;
  }

  /**
   * Writes all of {@code src} at {@code offset} and moves the end of the file if need be.
   *
   * @throws org.lockstepfs.blockdev.sys.ErrnoException ENOSPC if nothing could be written
   * @return number of bytes written; fewer than asked for only if the volume is full
   */
  public int write(Inode inode, long offset, ByteBuffer src) throws IOException {
    long end = offset + src.remaining();
    if (inode.isInline()) {
      if (end <= inode.inlineCapacity()) {
        return writeInline(inode, (int) offset, src);
      }
      space.convertInline(inode);
    }
    long size = inode.attrs().size;
    if (offset > size) {
      space.zeroWritten(inode, size, offset);
    }
    int start = src.position();
    try {
      while (src.hasRemaining()) {
        writePiece(inode, offset + src.position() - start, src);
      }
    } catch (IOException e) {
      if (src.position() == start) {
        throw e;
      }
    }
    return src.position() - start;
  }

  private int writeInline(Inode inode, int offset, ByteBuffer src) throws IOException {
    int length = src.remaining();
    try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
      handle.dirty(inode.dinode());
      int size = (int) inode.attrs().size;
      if (offset > size) {
        inode.inlineData().zero(size, offset);
      }
      inode.inlineData().write(offset, src);
      finish(inode, handle, offset + length);
    }
    return length;
  }

  /** Writes what fits into the extent or hole at {@code offset}. */
  private void writePiece(Inode inode, long offset, ByteBuffer src) throws IOException {
    Mapping mapping = inode.extents().lookup(offset >> geometry.clusterBits());
    long mappingEnd = mapping.end() << geometry.clusterBits();
    int length = (int) Math.min(src.remaining(), mappingEnd - offset);
    ByteBuffer piece = src.slice(src.position(), length);
    int written;
    if (mapping.isHole()) {
      written = fillHole(inode, offset, piece);
    } else if (mapping.readsAsZero()) {
      written = fillUnwritten(inode, mapping, offset, piece);
    } else {
      data.write(FileReader.deviceOffset(geometry, mapping, offset), piece);
      written = length;
      try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
        finish(inode, handle, offset + written);
      }
    }
    src.position(src.position() + written);
  }

  /**
   * Allocates one run of clusters, fills it and makes it part of the file.
   *
   * @return number of bytes written; 0 if the tree needs another transaction first
   */
  private int fillHole(Inode inode, long offset, ByteBuffer piece) throws IOException {
    ExtentTree tree = inode.extents();
    long cpos = offset >> geometry.clusterBits();
    long last = offset + piece.remaining() - 1 >> geometry.clusterBits();
    int wanted = (int) (last - cpos + 1);
    try (AllocContext alloc = space.reserveClusters(tree, wanted);
        Handle handle = volume.journal().start(alloc.credits() + tree.credits() + DINODE_CREDITS)) {
      ClusterRun run = alloc.claimClusters(handle, space.goal(inode, cpos), wanted);
      Mapping fresh = new Mapping(cpos, run.count(), geometry.clusterToBlock(run.start()), 0);
      int length = fillNew(inode, fresh, offset, piece);
      try {
        tree.insert(handle, alloc, fresh);
      } catch (RestartHandleException e) {
        alloc.unclaimClusters(handle, run);
        return 0;
      }
      finish(inode, handle, offset + length);
      return length;
    }
  }

  private int fillUnwritten(Inode inode, Mapping mapping, long offset, ByteBuffer piece)
      throws IOException {
    ExtentTree tree = inode.extents();
    long cpos = offset >> geometry.clusterBits();
    long last = offset + piece.remaining() - 1 >> geometry.clusterBits();
    long skipped = cpos - mapping.cpos();
    Mapping part =
        new Mapping(
            cpos,
            last - cpos + 1,
            mapping.block() + geometry.clusterToBlock(skipped),
            mapping.flags());
    try (AllocContext alloc = volume.allocators().reserve(0, tree.metaBlocksNeeded(2), 0);
        Handle handle = volume.journal().start(alloc.credits() + tree.credits() + DINODE_CREDITS)) {
      int length = fillNew(inode, part, offset, piece);
      try {
        tree.markWritten(handle, alloc, part.cpos(), part.clusters());
      } catch (RestartHandleException e) {
        return 0;
      }
      finish(inode, handle, offset + length);
      return length;
    }
  }

  /**
   * Writes a piece into clusters that hold nothing yet, with zeroes around it as far as the file
   * goes; behind its end contents are undefined.
   */
  private int fillNew(Inode inode, Mapping fresh, long offset, ByteBuffer piece)
      throws IOException {
    long start = fresh.cpos() << geometry.clusterBits();
    long clustersEnd = fresh.end() << geometry.clusterBits();
    int length = (int) Math.min(piece.remaining(), clustersEnd - offset);
    long end = offset + length;
    data.zero(FileReader.deviceOffset(geometry, fresh, start), offset - start);
    piece.limit(piece.position() + length);
    data.write(FileReader.deviceOffset(geometry, fresh, offset), piece);
    long fileEnd = Math.max(inode.attrs().size, end);
    long tail = Math.min(clustersEnd, roundUpToBlock(fileEnd)) - end;
    if (tail > 0) {
      data.zero(FileReader.deviceOffset(geometry, fresh, end), tail);
    }
    return length;
  }

  private long roundUpToBlock(long offset) {
    return geometry.blocksFor(offset) << geometry.blockBits();
  }

  private void finish(Inode inode, Handle handle, long end) throws IOException {
    inode.attrs().size = Math.max(inode.attrs().size, end);
    inode.touchModified(handle);
  }
}
