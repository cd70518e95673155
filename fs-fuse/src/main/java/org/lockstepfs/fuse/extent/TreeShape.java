package org.lockstepfs.fuse.extent;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;

/**
 * Keeps an extent tree in the shape that the kernel relies on, during one change.
 *
 * <ul>
 *   <li>Every leaf but the last has {@code next_free == count}; its first record may be empty.
 *   <li>An interior record reaches from the first cluster of its leftmost leaf to the first cluster
 *       of the leaf behind its rightmost one; the leftmost records start at 0, the rightmost end
 *       with the last extent.
 *   <li>Leaves are added and removed at the right edge only; to make room elsewhere, each leaf up
 *       to there passes its last record on.
 * </ul>
 *
 * <p>Source: the rotations of Linux 6.1 fs/ocfs2/alloc.c.
 */
final class TreeShape {
  /** Leaves that a change may rotate over with the credits that every handle has. */
  private static final int FREE_STEPS = 16;

  private final NodeStore store;
  private final Handle handle;
  private final AllocContext alloc;
  private int steps;

  TreeShape(NodeStore store, Handle handle, AllocContext alloc) {
    this.store = store;
    this.handle = handle;
    this.alloc = alloc;
  }

  /**
   * Returns the path to the leaf for a record that begins at {@code cpos}; the leaf has room for
   * it.
   */
  TreePath makeRoom(long cpos) throws IOException {
    while (true) {
      TreePath path = leafFor(cpos);
      if (path.records().hasRoom()) {
        return path;
      }
      Deque<TreePath> chain = new ArrayDeque<>();
      TreePath end = path;
      while (!end.records().hasRoom() && !end.isRightmost()) {
        chain.push(end);
        end = end.right();
      }
      if (!end.records().hasRoom()) {
        grow(end);
        continue;
      }
      for (TreePath from : chain) {
        reserveStep(chain.size(), path.depth());
        moveLast(from, end);
        end = from;
      }
    }
  }

  /** A record behind all of a full leaf's goes to the front of the next one, as cheaply. */
  private TreePath leafFor(long cpos) throws IOException {
    TreePath path = TreePath.find(store, cpos);
    RecordList list = path.records();
    boolean behindAll = list.used() > 0 && list.end(list.last()) <= cpos;
    return behindAll && !list.hasRoom() && !path.isRightmost() ? path.right() : path;
  }

  /** Returns how many blocks a change of a tree of this depth may dirty without asking for more. */
  static int credits(int depth) {
    int rotation = depth == 0 ? 0 : FREE_STEPS + 2 * depth;
    return 4 + 4 * (1 + depth) + rotation;
  }

  /** Asks for what one more step of a long rotation dirties; each step leaves the tree whole. */
  private void reserveStep(int leaves, int depth) throws IOException {
    steps++;
    if (steps > FREE_STEPS && !handle.extend(1 + 2 * depth)) {
      throw new RestartHandleException(leaves);
    }
  }

  private void moveLast(TreePath from, TreePath to) throws IOException {
    handle.dirty(from.leaf().buffer());
    handle.dirty(to.leaf().buffer());
    RecordList left = from.records();
    RecordList right = to.records();
    right.compact();
    right.insert(0, left.get(left.last()));
    left.remove(left.last());
    left.pad();
    moveBoundary(from, to);
  }

  /** Adds a leaf, or a level, at the right edge. */
  private void grow(TreePath rightmost) throws IOException {
    for (int level = rightmost.depth() - 1; level >= 0; level--) {
      if (rightmost.list(level).hasRoom()) {
        addBranch(rightmost, level);
        return;
      }
    }
    deepen();
  }

  private void addBranch(TreePath rightmost, int level) throws IOException {
    long start = rightmost.records().end(rightmost.records().last());
    Node parent = rightmost.node(level);
    int depth = parent.list().depth();
    Node child = store.create(handle, alloc, 0);
    long leafBlock = child.buffer().block();
    for (int d = 1; d < depth; d++) {
      Node above = store.create(handle, alloc, d);
      above.list().insert(0, new Mapping(start, 0, child.buffer().block(), 0));
      child = above;
    }
    handle.dirty(parent.buffer());
    parent
        .list()
        .insert(parent.list().nextFree(), new Mapping(start, 0, child.buffer().block(), 0));
    handle.dirty(rightmost.leaf().buffer());
    NodeStore.setNextLeaf(rightmost.leaf(), leafBlock);
    setLastLeaf(leafBlock);
  }

  private void deepen() throws IOException {
    Node root = store.root();
    Node child = store.create(handle, alloc, root.list().depth());
    child.list().copyFrom(root.list());
    handle.dirty(root.buffer());
    long end = root.list().end(root.list().last());
    root.list().clear(root.list().depth() + 1);
    root.list().insert(0, new Mapping(0, end, child.buffer().block(), 0));
    if (root.list().depth() == 1) {
      setLastLeaf(child.buffer().block());
    }
  }

  /**
   * Returns the path to the leaf for {@code cpos}, from which one record may be taken: leaves
   * behind it pass their first records on until it is full.
   */
  TreePath makeFull(long cpos) throws IOException {
    while (true) {
      TreePath path = TreePath.find(store, cpos);
      if (mayShrink(path)) {
        return path;
      }
      Deque<TreePath> chain = new ArrayDeque<>();
      TreePath end = path;
      while (!mayShrink(end)) {
        chain.push(end);
        end = end.right();
      }
      for (TreePath to : chain) {
        reserveStep(chain.size(), path.depth());
        moveFirst(end, to);
        end = to;
      }
    }
  }

  /** Returns whether a leaf may lose a record: the last one, and those without an empty record. */
  static boolean mayShrink(TreePath path) {
    return path.records().used() == path.records().count() || path.isRightmost();
  }

  private void moveFirst(TreePath from, TreePath to) throws IOException {
    handle.dirty(from.leaf().buffer());
    handle.dirty(to.leaf().buffer());
    RecordList left = to.records();
    RecordList right = from.records();
    left.compact();
    right.compact();
    left.insert(left.nextFree(), right.get(0));
    right.remove(0);
    left.pad();
    settle(from);
  }

  /** Restores the rules after records were added to, changed in or taken from the path's leaf. */
  void settle(TreePath path) throws IOException {
    if (!path.isRightmost()) {
      path.records().pad();
      settleLeftEdge(path);
      return;
    }
    path.records().compact();
    if (path.depth() > 0 && path.records().used() == 0) {
      unlinkLast(path);
    } else {
      fitRightEdge(path);
      settleLeftEdge(path);
    }
  }

  /** Makes the ranges above reflect the first record of the path's leaf. */
  private void settleLeftEdge(TreePath path) throws IOException {
    TreePath left = path.left();
    if (left != null && path.records().used() > 0) {
      moveBoundary(left, path);
    }
  }

  /** Sets the border between two neighbouring leaves where the right one's first record starts. */
  private void moveBoundary(TreePath left, TreePath right) throws IOException {
    long border = right.records().cpos(right.records().first());
    for (int level = left.depth() - 1; level >= 0; level--) {
      RecordList leftList = left.list(level);
      RecordList rightList = right.list(level);
      int l = left.index(level);
      int r = right.index(level);
      long end = Math.max(border, rightList.end(r));
      if (leftList.end(l) != border || rightList.cpos(r) != border) {
        handle.dirty(left.node(level).buffer());
        handle.dirty(right.node(level).buffer());
        leftList.setSpan(l, leftList.cpos(l), border);
        rightList.setSpan(r, border, end);
      }
      if (left.node(level).buffer() == right.node(level).buffer()) {
        return;
      }
    }
  }

  /** Lets the interior records of the right edge end with the last extent. */
  private void fitRightEdge(TreePath path) throws IOException {
    if (path.records().used() == 0) {
      return;
    }
    long end = path.records().end(path.records().last());
    for (int level = path.depth() - 1; level >= 0; level--) {
      RecordList list = path.list(level);
      int i = path.index(level);
      if (list.end(i) != end) {
        handle.dirty(path.node(level).buffer());
        list.setSpan(i, list.cpos(i), end);
      }
    }
  }

  private void unlinkLast(TreePath path) throws IOException {
    TreePath left = path.left();
    int level = path.depth();
    do {
      store.free(handle, alloc, path.node(level));
      level--;
      handle.dirty(path.node(level).buffer());
      path.list(level).remove(path.list(level).last());
    } while (level > 0 && path.list(level).nextFree() == 0);
    if (left == null) {
      RecordList root = path.list(0);
      handle.dirty(path.node(0).buffer());
      root.clear(0);
      setLastLeaf(0);
      return;
    }
    handle.dirty(left.leaf().buffer());
    NodeStore.setNextLeaf(left.leaf(), 0);
    left.records().compact();
    setLastLeaf(left.leaf().buffer().block());
    fitRightEdge(left);
  }

  private void setLastLeaf(long block) throws IOException {
    handle.dirty(store.root().buffer());
    store.setLastLeaf(block);
  }
}
