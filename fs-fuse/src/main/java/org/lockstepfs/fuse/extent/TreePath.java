package org.lockstepfs.fuse.extent;

import java.io.IOException;

/** A way from the root to one leaf: the nodes, and in each interior node the record taken. */
final class TreePath {
  private final NodeStore store;
  private final Node[] nodes;
  private final int[] index;

  private TreePath(NodeStore store, int depth) {
    this.store = store;
    this.nodes = new Node[depth + 1];
    this.index = new int[depth];
  }

  /** Descends to the leaf whose range holds {@code cpos}; the last leaf if it lies behind all. */
  static TreePath find(NodeStore store, long cpos) throws IOException {
    Node root = store.root();
    TreePath path = new TreePath(store, root.list().depth());
    path.nodes[0] = root;
    for (int level = 0; level < path.depth(); level++) {
      path.take(level, Math.max(0, path.list(level).find(cpos)));
    }
    return path;
  }

  private void take(int level, int record) throws IOException {
    index[level] = record;
    nodes[level + 1] = store.child(nodes[level], record);
  }

  int depth() {
    return index.length;
  }

  Node node(int level) {
    return nodes[level];
  }

  RecordList list(int level) {
    return nodes[level].list();
  }

  /** Returns the record of an interior node through which the path goes. */
  int index(int level) {
    return index[level];
  }

  Node leaf() {
    return nodes[index.length];
  }

  RecordList records() {
    return leaf().list();
  }

  private int levelWithMore(int step) {
    int level = depth() - 1;
    while (level >= 0) {
      int next = index[level] + step;
      if (next >= 0 && next <= list(level).last()) {
        return level;
      }
      level--;
    }
    return -1;
  }

  boolean isRightmost() {
    return levelWithMore(1) < 0;
  }

  /** Returns the path to the next leaf, null at the right edge. */
  TreePath right() throws IOException {
    return neighbour(1);
  }

  /** Returns the path to the previous leaf, null at the left edge. */
  TreePath left() throws IOException {
    return neighbour(-1);
  }

  private TreePath neighbour(int step) throws IOException {
    int fork = levelWithMore(step);
    if (fork < 0) {
      return null;
    }
    TreePath path = new TreePath(store, depth());
    System.arraycopy(nodes, 0, path.nodes, 0, fork + 1);
    System.arraycopy(index, 0, path.index, 0, fork);
    path.take(fork, index[fork] + step);
    for (int level = fork + 1; level < depth(); level++) {
      path.take(level, step > 0 ? 0 : path.list(level).last());
    }
    return path;
  }

  /** Returns where the next leaf's range starts, {@link Mapping#MAX_CPOS} at the right edge. */
  long boundary() {
    int fork = levelWithMore(1);
    return fork < 0 ? Mapping.MAX_CPOS : list(fork).cpos(index[fork] + 1);
  }
}
