package org.lockstepfs.fuse.extent;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.lockstepfs.blockdev.format.ExtentRecord;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.alloc.Reservation;
import org.lockstepfs.fuse.meta.Geometry;

/**
 * The extents of one file. Not thread-safe: the caller holds the owner's lock, shared to look up,
 * exclusive to change.
 *
 * <p>Changes keep the owner's cluster count right (i_clusters of a dinode) and free extent blocks
 * that fall empty; every changed block is given to the handle first. Lengths and positions are in
 * clusters unless named otherwise. A damaged tree gives an {@link IOException} that names the
 * block.
 *
 * <p>Records are cut where an operation's range begins or ends, then changed or removed whole, then
 * merged with neighbours in the same leaf.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/alloc.c (ocfs2_insert_extent, ocfs2_split_extent,
 * ocfs2_remove_extent), extent_map.c.
 */
public final class ExtentTree {
  /** Splitting the last record of a leaf moves it to the next leaf first. */
  private static final int SLOTS_PER_RECORD = 2;

  /** A last leaf with more records than this survives a removal. */
  private static final int FEW_RECORDS = 2;

  private final ExtentRoot root;
  private final Geometry geometry;
  private final NodeStore store;

  /** Opens the tree; reads nothing yet. */
  public ExtentTree(ExtentRoot root, Geometry geometry) {
    this.root = root;
    this.geometry = geometry;
    this.store = new NodeStore(root, geometry);
  }

  /** Returns what lies at {@code cpos}: from there to the end of its extent or hole. */
  public Mapping lookup(long cpos) throws IOException {
    TreePath path = TreePath.find(store, cpos);
    RecordList list = path.records();
    int i = list.find(cpos);
    if (i >= list.first() && cpos < list.end(i)) {
      return cut(list.get(i), cpos, list.end(i));
    }
    long next = i < list.last() ? list.cpos(i + 1) : path.boundary();
    return new Mapping(cpos, next - cpos, 0, 0);
  }

  /** Returns the first extent that ends behind {@code cpos}, whole; null if there is none. */
  public Mapping next(long cpos) throws IOException {
    for (TreePath path = TreePath.find(store, cpos); path != null; path = path.right()) {
      RecordList list = path.records();
      int i = Math.max(list.first(), list.find(cpos));
      if (i <= list.last() && list.end(i) <= cpos) {
        i++;
      }
      if (i <= list.last()) {
        return list.get(i);
      }
    }
    return null;
  }

  /** Returns the part of an extent from {@code start} to {@code end}. */
  private Mapping cut(Mapping rec, long start, long end) {
    long skipped = geometry.clusterToBlock(start - rec.cpos());
    return new Mapping(start, end - start, rec.block() + skipped, rec.flags());
  }

  /**
   * Inserts an extent into a hole; merges it with neighbours that continue it.
   *
   * @param extent at most 65535 clusters
   * @throws IllegalArgumentException if part of the range is allocated
   */
  public void insert(Handle handle, AllocContext alloc, Mapping extent) throws IOException {
    Mapping hole = lookup(extent.cpos());
    if (!hole.isHole()
        || hole.clusters() < extent.clusters()
        || extent.clusters() > ExtentRecord.MAX_LEAF_CLUSTERS) {
      throw new IllegalArgumentException("Cannot insert " + extent + " at " + hole);
    }
    handle.dirty(root.buffer());
    TreeShape shape = new TreeShape(store, handle, alloc);
    if (!extendNeighbour(handle, shape, extent)) {
      insertRecord(handle, shape, extent);
    }
    root.setClusters(root.clusters() + extent.clusters());
  }

  /** Lets the record before or behind a new extent, in the same leaf, take it in. */
  private boolean extendNeighbour(Handle handle, TreeShape shape, Mapping extent)
      throws IOException {
    TreePath path = TreePath.find(store, extent.cpos());
    RecordList list = path.records();
    int i = list.find(extent.cpos());
    if (i >= list.first() && continues(list.get(i), extent)) {
      handle.dirty(path.leaf().buffer());
      list.set(i, join(list.get(i), extent));
      mergeWithNext(path, i);
    } else if (i < list.last() && continues(extent, list.get(i + 1))) {
      handle.dirty(path.leaf().buffer());
      list.set(i + 1, join(extent, list.get(i + 1)));
    } else {
      return false;
    }
    shape.settle(path);
    return true;
  }

  private static void insertRecord(Handle handle, TreeShape shape, Mapping extent)
      throws IOException {
    TreePath path = shape.makeRoom(extent.cpos());
    handle.dirty(path.leaf().buffer());
    RecordList list = path.records();
    list.compact();
    list.insert(list.find(extent.cpos()) + 1, extent);
    shape.settle(path);
  }

  /** Returns whether {@code right} goes on where {@code left} ends, in the file and on the disk. */
  private boolean continues(Mapping left, Mapping right) {
    return left.end() == right.cpos()
        && left.block() + geometry.clusterToBlock(left.clusters()) == right.block()
        && left.flags() == right.flags()
        && left.clusters() + right.clusters() <= ExtentRecord.MAX_LEAF_CLUSTERS;
  }

  private static Mapping join(Mapping left, Mapping right) {
    return new Mapping(left.cpos(), left.clusters() + right.clusters(), left.block(), left.flags());
  }

  private void mergeWithNext(TreePath path, int i) {
    RecordList list = path.records();
    if (i < list.last() && continues(list.get(i), list.get(i + 1)) && TreeShape.mayShrink(path)) {
      list.set(i, join(list.get(i), list.get(i + 1)));
      list.remove(i + 1);
    }
  }

  /** Turns unwritten extents within a range into written ones; others stay as they are. */
  public void markWritten(Handle handle, AllocContext alloc, long cpos, long clusters)
      throws IOException {
    long end = cpos + clusters;
    long pos = cpos;
    while (pos < end) {
      Mapping found = lookup(pos);
      long stop = Math.min(end, found.end());
      if ((found.flags() & Mapping.UNWRITTEN) != 0) {
        Mapping part = cut(found, pos, stop);
        setFlags(handle, alloc, part, found.flags() & ~Mapping.UNWRITTEN);
      }
      pos = stop;
    }
  }

  /**
   * Gives new flags to a stretch that lies within one extent.
   *
   * @param part the stretch as it is now
   */
  void setFlags(Handle handle, AllocContext alloc, Mapping part, int flags) throws IOException {
    TreeShape shape = new TreeShape(store, handle, alloc);
    Mapping changed = new Mapping(part.cpos(), part.clusters(), part.block(), flags);
    if (moveBorder(handle, part, changed)) {
      return;
    }
    split(handle, shape, part.cpos());
    split(handle, shape, part.end());
    TreePath path = TreePath.find(store, part.cpos());
    handle.dirty(path.leaf().buffer());
    RecordList list = path.records();
    int i = list.find(part.cpos());
    list.set(i, changed);
    mergeWithNext(path, i);
    if (i > list.first()) {
      mergeWithNext(path, i - 1);
    }
    shape.settle(path);
  }

  /**
   * Passes a stretch at one edge of a record to the neighbour that it then continues; the common
   * case of writing through a preallocated range from front to back. No record comes or goes.
   */
  private boolean moveBorder(Handle handle, Mapping part, Mapping changed) throws IOException {
    TreePath path = TreePath.find(store, part.cpos());
    RecordList list = path.records();
    int i = list.find(part.cpos());
    Mapping whole = list.get(i);
    boolean atStart = part.cpos() == whole.cpos();
    boolean atEnd = part.end() == whole.end();
    if (atStart == atEnd) {
      return false;
    }
    if (atStart && i > list.first() && continues(list.get(i - 1), changed)) {
      handle.dirty(path.leaf().buffer());
      list.set(i - 1, join(list.get(i - 1), changed));
      list.set(i, cut(whole, part.end(), whole.end()));
      return true;
    }
    if (atEnd && i < list.last() && continues(changed, list.get(i + 1))) {
      handle.dirty(path.leaf().buffer());
      list.set(i + 1, join(changed, list.get(i + 1)));
      list.set(i, cut(whole, whole.cpos(), part.cpos()));
      return true;
    }
    return false;
  }

  /** Makes sure that a record begins at {@code cpos} if any extent reaches over it. */
  private void split(Handle handle, TreeShape shape, long cpos) throws IOException {
    if (!isInsideRecord(TreePath.find(store, cpos).records(), cpos)) {
      return;
    }
    TreePath path = shape.makeRoom(cpos);
    handle.dirty(path.leaf().buffer());
    RecordList list = path.records();
    list.compact();
    int i = list.find(cpos);
    Mapping whole = list.get(i);
    list.set(i, cut(whole, whole.cpos(), cpos));
    list.insert(i + 1, cut(whole, cpos, whole.end()));
    shape.settle(path);
  }

  private static boolean isInsideRecord(RecordList list, long cpos) {
    int i = list.find(cpos);
    return i >= list.first() && list.cpos(i) < cpos && cpos < list.end(i);
  }

  /**
   * Removes the last extent, or part of it, within a range, and frees its clusters unless they are
   * shared ({@link Mapping#REFCOUNTED}: the caller drops the reference). One extent per call keeps
   * the handle small; call until it returns null.
   *
   * @return what was removed, null if the range holds nothing
   */
  public Mapping removeLast(Handle handle, AllocContext alloc, long cpos, long clusters)
      throws IOException {
    Mapping part = lastWithin(cpos, cpos + clusters);
    if (part == null) {
      return null;
    }
    handle.dirty(root.buffer());
    TreeShape shape = new TreeShape(store, handle, alloc);
    split(handle, shape, part.end());
    cutOff(handle, shape, part.cpos());
    root.setClusters(root.clusters() - part.clusters());
    if ((part.flags() & Mapping.REFCOUNTED) == 0) {
      alloc.freeClusters(
          handle, new ClusterRun(geometry.blockToCluster(part.block()), (int) part.clusters()));
    }
    return part;
  }

  /** Removes the rest of a record from {@code cpos} on. */
  private void cutOff(Handle handle, TreeShape shape, long cpos) throws IOException {
    TreePath path = TreePath.find(store, cpos);
    RecordList list = path.records();
    int i = list.find(cpos);
    if (list.cpos(i) == cpos) {
      path = shape.makeFull(cpos);
      list = path.records();
      handle.dirty(path.leaf().buffer());
      list.remove(list.find(cpos));
    } else {
      handle.dirty(path.leaf().buffer());
      list.set(i, cut(list.get(i), list.cpos(i), cpos));
    }
    shape.settle(path);
  }

  private Mapping lastWithin(long start, long end) throws IOException {
    TreePath path = TreePath.find(store, end - 1);
    while (path != null) {
      RecordList list = path.records();
      int i = list.find(end - 1);
      if (i >= list.first()) {
        return list.end(i) <= start
            ? null
            : cut(list.get(i), Math.max(start, list.cpos(i)), Math.min(end, list.end(i)));
      }
      path = path.left();
    }
    return null;
  }

  /**
   * Returns how many metadata blocks must be reserved so that the tree can take {@code records}
   * more records. An insert adds at most one, removing from the middle one, marking a range written
   * up to two.
   */
  public int metaBlocksNeeded(int records) throws IOException {
    RecordList last = TreePath.find(store, Mapping.MAX_CPOS).records();
    int missing = SLOTS_PER_RECORD * records - (last.count() - last.used());
    if (missing <= 0) {
      return 0;
    }
    int leaves = (missing + store.recordsPerBlock() - 1) / store.recordsPerBlock();
    return 2 * leaves + store.root().list().depth();
  }

  /** Returns how many blocks one change may dirty, without what the alloc context dirties. */
  public int credits() throws IOException {
    return TreeShape.credits(store.root().list().depth());
  }

  /**
   * Returns what one call of {@link #removeLast} needs. It asks for metadata blocks only if a
   * record has to be split, so that files can be cut short and deleted on a full volume.
   */
  public Reservation removal(long cpos, long clusters) throws IOException {
    Mapping part = lastWithin(cpos, cpos + clusters);
    boolean splits = part != null && lookup(part.end() - 1).clusters() > 1;
    return Reservation.none()
        .withMetaBlocks(splits ? metaBlocksNeeded(1) : 0)
        .withFreedRuns(1)
        .withFreedBlocks(blockSlots());
  }

  /**
   * Returns the slots of the extent blocks that one call of {@link #removeLast} may free; no other
   * change frees any.
   */
  public Set<Integer> blockSlots() throws IOException {
    Set<Integer> slots = new TreeSet<>();
    TreePath path = TreePath.find(store, Mapping.MAX_CPOS);
    if (path.records().used() <= FEW_RECORDS) {
      for (int level = 1; level <= path.depth(); level++) {
        slots.add(NodeStore.origin(path.node(level)).slot());
      }
    }
    return slots;
  }
}
