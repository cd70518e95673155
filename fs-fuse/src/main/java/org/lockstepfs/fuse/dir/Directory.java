package org.lockstepfs.fuse.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.DirBlock;
import org.lockstepfs.blockdev.format.DirEntry;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.alloc.Reservation;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.vfs.Name;

/**
 * The entries of a directory without an on-disk index. The caller holds the directory's lock: in
 * any mode to look, in EX and with a journal handle to change.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dir.c.
 */
public final class Directory {
  private final Geometry geometry;
  private final Inode inode;

  /** Looks at an inode as a directory. */
  public Directory(Geometry geometry, Inode inode) {
    this.geometry = geometry;
    this.inode = inode;
  }

  /** Fills a new directory's dinode with "." and "..". */
  public static void initInline(Dinode dinode, long self, long parent) {
    DirBlock.inline(dinode).initDots(self, parent);
  }

  /** Fills a new directory's first block with "." and "..". */
  public static void initBlock(MetaBuffer buffer, long self, long parent) {
    DirBlock.of(buffer.data(), buffer.block(), false).initDots(self, parent);
  }

  // --- looking ---

  /** Finds an entry; null if there is none of that name. */
  public DirPosition find(Name name) throws IOException {
    DirIndex index = index();
    if (index != null) {
      Long logical = index.block(name);
      return logical == null ? null : findIn(logical, name);
    }
    long blocks = blocks();
    for (long logical = 0; logical < blocks; logical++) {
      DirPosition found = findIn(logical, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private DirPosition findIn(long logical, Name name) throws IOException {
    DirEntry entry = area(logical).find(name.bytes());
    return entry == null ? null : new DirPosition(logical, entry);
  }

  /** Returns whether there is nothing but "." and "..". */
  public boolean isEmpty() throws IOException {
    long blocks = blocks();
    for (long logical = 0; logical < blocks; logical++) {
      if (!area(logical).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Receives the entries of a directory. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes an entry.
     *
     * @param next position behind it
     * @return false to stop before this entry
     */
    boolean visit(Name name, long ino, FileType type, long next) throws IOException;
  }

  /** Visits the entries from a byte position on, as an earlier visit gave it; 0 is the start. */
  public void list(long position, Visitor visitor) throws IOException {
    long blocks = blocks();
    int blockSize = geometry.blockSize();
    int skip = (int) (position % blockSize);
    for (long logical = position / blockSize; logical < blocks; logical++) {
      DirBlock area = area(logical);
      for (DirEntry entry = area.atOrAfter(skip); entry != null; entry = area.next(entry)) {
        long next = logical * blockSize + entry.offset() + entry.recLen();
        if (entry.isUsed()
            && !visitor.visit(Name.wrap(entry.name()), entry.inode(), entry.type(), next)) {
          return;
        }
      }
      skip = 0;
    }
  }

  /** The entry of the directory itself. */
  public static final Name DOT = Name.of(".");

  /** The entry of the parent. */
  public static final Name DOT_DOT = Name.of("..");

  // --- changing ---

  /**
   * Finds out where an entry would go, so that space can be reserved before the handle starts.
   *
   * @return room that is good as long as the lock is held and nothing else is added
   */
  public DirRoom room(Name name) throws IOException {
    long blocks = blocks();
    DirHint hint = hint();
    for (long logical = hint.from(); logical < blocks; logical++) {
      if (area(logical).hasRoomFor(name.length())) {
        hint.from(logical);
        return new DirRoom(logical, DirRoom.Growth.NONE);
      }
    }
    if (hint.takeHoles()) {
      hint.from(0);
      return room(name);
    }
    if (inode.isInline()) {
      return new DirRoom(blockAfterConversion(name), DirRoom.Growth.CONVERT);
    }
    long allocated = inode.attrs().clusters << geometry.clusterBits();
    boolean full = blocks * geometry.blockSize() >= allocated;
    return new DirRoom(blocks, full ? DirRoom.Growth.CLUSTER : DirRoom.Growth.BLOCK);
  }

  /** Returns the block that has room once inline entries have moved into one of their own. */
  private long blockAfterConversion(Name name) throws IOException {
    int gained = geometry.blockSize() - area(0).length();
    return gained >= DirEntry.recordLength(name.length()) ? 0 : 1;
  }

  /** Returns what growing as {@code room} says takes from the allocators. */
  public Reservation reserve(DirRoom room, Reservation wanted) throws IOException {
    return switch (room.growth()) {
      case NONE, BLOCK -> wanted;
      case CONVERT -> wanted.withClusters(clustersToConvert(room));
      case CLUSTER -> wanted.withClusters(1).withMetaBlocks(inode.extents().metaBlocksNeeded(1));
    };
  }

  private int clustersToConvert(DirRoom room) {
    return room.logical() > 0 && geometry.blocksPerCluster() == 1 ? 2 : 1;
  }

  /** Returns how many blocks adding an entry may dirty, allocators not counted. */
  public int credits(DirRoom room) throws IOException {
    int tree = room.growth() == DirRoom.Growth.CLUSTER ? inode.extents().credits() : 0;
    return 3 + tree;
  }

  /** Adds an entry; the name is not there yet. Size and times of the directory are stored, too. */
  public void add(
      Handle handle, AllocContext alloc, DirRoom room, Name name, long ino, FileType type)
      throws IOException {
    grow(handle, alloc, room);
    handle.dirty(buffer(room.logical()));
    if (area(room.logical()).insert(name.bytes(), ino, type) == null) {
      throw new IllegalStateException("no room for " + name + " in " + inode);
    }
    DirIndex index = index();
    if (index != null) {
      index.put(name, room.logical());
    }
    inode.touchModified(handle);
  }

  private void grow(Handle handle, AllocContext alloc, DirRoom room) throws IOException {
    switch (room.growth()) {
      case NONE -> {}
      case CONVERT -> {
        convertInline(handle, alloc);
        if (room.logical() > 0) {
          if (geometry.blocksPerCluster() == 1) {
            addCluster(handle, alloc);
          }
          addBlock(handle);
        }
      }
      case CLUSTER -> {
        addCluster(handle, alloc);
        addBlock(handle);
      }
      case BLOCK -> addBlock(handle);
    }
  }

  private void addCluster(Handle handle, AllocContext alloc) throws IOException {
    ClusterRun run = alloc.claimClusters(handle, 0, 1);
    inode
        .extents()
        .insert(
            handle,
            alloc,
            new Mapping(inode.attrs().clusters, 1, geometry.clusterToBlock(run.start()), 0));
    inode.reloadClusters();
  }

  private void addBlock(Handle handle) throws IOException {
    long logical = blocks();
    MetaBuffer fresh = inode.cache().fresh(physical(logical));
    handle.dirty(fresh);
    DirBlock.of(fresh.data(), fresh.block(), false).initEmpty();
    inode.attrs().size += geometry.blockSize();
    hint().from(logical);
  }

  private void convertInline(Handle handle, AllocContext alloc) throws IOException {
    Dinode dinode = inode.dinodeView();
    int length = area(0).length();
    ByteBuffer entries = ByteBuffer.allocate(length);
    dinode.inlineData().read(0, entries);
    ClusterRun run = alloc.claimClusters(handle, 0, 1);
    long block = geometry.clusterToBlock(run.start());
    inode.becomeExtents(handle);
    inode.extents().insert(handle, alloc, new Mapping(0, 1, block, 0));
    inode.reloadClusters();
    MetaBuffer fresh = inode.cache().fresh(block);
    handle.dirty(fresh);
    fresh.data().put(0, entries.array());
    DirBlock.of(fresh.data(), block, false).extendFrom(length);
    inode.attrs().size = geometry.blockSize();
  }

  /** Removes an entry. */
  public void remove(Handle handle, DirPosition position, Name name) throws IOException {
    handle.dirty(buffer(position.logical()));
    area(position.logical()).delete(position.entry());
    DirIndex index = index();
    if (index != null) {
      index.remove(name);
    }
    hint().holeAt(position.logical());
    inode.touchModified(handle);
  }

  /** Lets an entry name another inode. */
  public void replace(Handle handle, DirPosition position, long ino, FileType type)
      throws IOException {
    handle.dirty(buffer(position.logical()));
    position.entry().setInode(ino, type);
    inode.touchModified(handle);
  }

  /** Lets ".." name another parent; the times of the directory stay. */
  public void redirect(Handle handle, DirPosition position, long ino) throws IOException {
    handle.dirty(buffer(position.logical()));
    position.entry().setInode(ino, position.type());
    inode.store(handle);
  }

  // --- blocks ---

  private long blocks() {
    return inode.isInline() ? 1 : inode.attrs().size >> geometry.blockBits();
  }

  private MetaBuffer buffer(long logical) throws IOException {
    return inode.isInline() ? inode.dinode() : inode.cache().read(physical(logical));
  }

  private DirBlock area(long logical) throws IOException {
    if (inode.isInline()) {
      return DirBlock.inline(inode.dinodeView());
    }
    MetaBuffer buffer = buffer(logical);
    return DirBlock.of(buffer.data(), buffer.block(), false);
  }

  private long physical(long logical) throws IOException {
    int bits = geometry.clusterBits() - geometry.blockBits();
    Mapping mapping = inode.extents().lookup(logical >> bits);
    if (mapping.isHole()) {
      throw new CorruptBlockException(
          inode.block(), "directory", "block " + logical + " is a hole");
    }
    return mapping.block() + logical - (mapping.cpos() << bits);
  }

  // --- what is remembered while the lock stays ---

  private DirHint hint() {
    return state().hint;
  }

  private DirIndex index() throws IOException {
    State state = state();
    if (state.index == null && !state.tooLarge && blocks() > DirIndex.MIN_BLOCKS) {
      state.index = build();
      state.tooLarge = state.index == null;
    }
    return state.index;
  }

  private DirIndex build() throws IOException {
    DirIndex index = new DirIndex();
    int blockSize = geometry.blockSize();
    list(
        0,
        (name, ino, type, next) -> {
          index.put(name, (next - 1) / blockSize);
          return index.size() <= DirIndex.MAX_ENTRIES;
        });
    return index.size() <= DirIndex.MAX_ENTRIES ? index : null;
  }

  private static final class State {
    private final DirHint hint = new DirHint();
    private volatile DirIndex index;
    private boolean tooLarge;
  }

  private State state() {
    synchronized (inode) {
      if (!(inode.dirState() instanceof State)) {
        inode.dirState(new State());
      }
      return (State) inode.dirState();
    }
  }
}
