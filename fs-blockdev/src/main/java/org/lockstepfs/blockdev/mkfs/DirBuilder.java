package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.DirBlock;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.format.InlineData;

/** The entries of a new directory, inline or in one run of clusters. */
final class DirBuilder {
  private final Dinode dinode;
  private final int blockSize;
  private final long firstBlock;
  private final ByteBuffer data;
  private DirBlock current;
  private int blocksUsed = 1;

  private DirBuilder(Dinode dinode, long firstBlock, ByteBuffer data) {
    this.dinode = dinode;
    this.blockSize = dinode.block().capacity();
    this.firstBlock = firstBlock;
    this.data = data;
  }

  /** Returns a directory whose entries stand in the dinode. */
  static DirBuilder inline(Dinode dinode, long parent) {
    dinode.initInlineData();
    dinode.setSize(InlineData.capacity(dinode.block().capacity(), 0));
    DirBuilder dir = new DirBuilder(dinode, 0, null);
    dir.current = DirBlock.inline(dinode);
    return dir.begin(parent);
  }

  /** Returns a directory whose entries stand in clusters that are its own already. */
  static DirBuilder inClusters(Dinode dinode, long parent, long firstBlock, int bytes) {
    DirBuilder dir = new DirBuilder(dinode, firstBlock, Blocks.allocate(bytes));
    dinode.setSize(dir.blockSize);
    dir.current = dir.block(0);
    return dir.begin(parent);
  }

  private DirBuilder begin(long parent) {
    current.initDots(dinode.blkno(), parent);
    dinode.setLinksCount(2);
    return this;
  }

  /** Adds an entry; a directory's own ".." then counts as a link. */
  void add(String name, long inode, FileType type) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (current.insert(bytes, inode, type) == null) {
      if (data == null || (blocksUsed + 1) * blockSize > data.capacity()) {
        throw new IllegalStateException("directory too small for " + name);
      }
      current = block(blocksUsed++);
      current.initEmpty();
      current.insert(bytes, inode, type);
      dinode.setSize((long) blocksUsed * blockSize);
    }
    if (type == FileType.DIRECTORY) {
      dinode.setLinksCount(dinode.linksCount() + 1);
    }
  }

  /** Writes the clusters, if there are any; the dinode is written by its owner. */
  void write(BlockWriter out) throws IOException {
    if (data != null) {
      out.write(firstBlock, data);
    }
  }

  private DirBlock block(int index) {
    ByteBuffer slice = data.slice(index * blockSize, blockSize).order(data.order());
    return DirBlock.of(slice, firstBlock + index, false);
  }
}
