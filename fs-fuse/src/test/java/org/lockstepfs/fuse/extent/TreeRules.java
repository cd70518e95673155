package org.lockstepfs.fuse.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.blockdev.format.ExtentBlock;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.meta.MetaCache;

/** The shape that the kernel's code relies on; fsck.ocfs2 does not look at most of it. */
final class TreeRules {
  private final NodeStore store;
  private final List<Node> leaves = new ArrayList<>();
  private final DinodeRoot root;

  private TreeRules(DinodeRoot root, Geometry geometry) {
    this.root = root;
    this.store = new NodeStore(root, geometry);
  }

  static void check(MetaBuffer dinode, MetaCache cache, Geometry geometry) throws IOException {
    TreeRules rules = new TreeRules(new DinodeRoot(dinode, cache), geometry);
    Node top = rules.store.root();
    if (top.list().depth() == 0) {
      assertThat(rules.root.lastLeaf()).isZero();
      return;
    }
    long end = rules.walk(top, 0);
    RecordList last = rules.leaves.get(rules.leaves.size() - 1).list();
    assertThat(end).isEqualTo(last.end(last.last()));
    rules.checkLeaves();
  }

  private long walk(Node node, long start) throws IOException {
    RecordList list = node.list();
    if (list.isLeaf()) {
      leaves.add(node);
      return 0;
    }
    long at = start;
    for (int i = 0; i < list.nextFree(); i++) {
      assertThat(list.cpos(i)).as("start of record %d in %s", i, node).isEqualTo(at);
      walk(store.child(node, i), at);
      at = list.end(i);
    }
    return at;
  }

  private void checkLeaves() {
    long end = 0;
    for (int n = 0; n < leaves.size(); n++) {
      RecordList list = leaves.get(n).list();
      boolean last = n == leaves.size() - 1;
      assertThat(list.used()).isPositive();
      if (!last) {
        assertThat(list.nextFree()).as("records of leaf %d", n).isEqualTo(list.count());
      }
      for (int i = list.first(); i <= list.last(); i++) {
        assertThat(list.clusters(i)).isPositive();
        assertThat(list.cpos(i)).isGreaterThanOrEqualTo(end);
        end = list.end(i);
      }
      long next = last ? 0 : leaves.get(n + 1).buffer().block();
      assertThat(ExtentBlock.of(leaves.get(n).buffer().data()).nextLeaf()).isEqualTo(next);
    }
    assertThat(root.lastLeaf()).isEqualTo(leaves.get(leaves.size() - 1).buffer().block());
  }
}
