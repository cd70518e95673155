package org.lockstepfs.fuse.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.ExtentBlock;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.Allocators;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.alloc.TestVolume;

/** Trees of depth 3 with the smallest blocks, and damaged ones. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DeepTreeTest {
  private static final String FEATURES =
      "noindexed-dirs,noxattr,norefcount,sparse,unwritten,noinline-data";

  /** More than 19 * 28 * 28: a root of 19 records over two levels of 28. */
  private static final int RECORDS = 15_500;

  @TempDir Path dir;

  private TestVolume volume;
  private Allocators allocators;
  private TestVolume.TestFile file;
  private ExtentTree tree;
  private int restarts;

  @Test
  void growsToDepthThreeAndBack() throws Exception {
    try (TestVolume formatted = TestVolume.format(dir, 512, 4096, 128, 1, FEATURES)) {
      open(formatted);
      long before = allocators.totals().freeClusters() + volume.clustersOfGroups();
      TreeMap<Long, Long> places = new TreeMap<>();
      for (long cpos = 10; cpos < 10 + 4L * RECORDS; cpos += 4) {
        places.put(cpos, insert(cpos));
      }
      SplittableRandom random = new SplittableRandom(7);
      volume.journal().limitExtend(100);
      for (int i = 0; i < 12; i++) {
        long cpos = 4L * random.nextInt(RECORDS);
        places.put(cpos, insert(cpos));
      }
      assertThat(restarts).isPositive();
      restarts = 0;
      takeOneOfEachLeaf(places, 300);
      long second = places.firstKey();
      assertThat(removeLast(second, 1).block()).isEqualTo(places.remove(second));
      assertThat(restarts).isPositive();
      volume.journal().limitExtend(Integer.MAX_VALUE);
      assertThat(file.view().extents().treeDepth()).isEqualTo(3);
      TreeRules.check(file.dinode(), file.cache(), volume.geometry());
      for (var entry : places.entrySet()) {
        assertThat(tree.lookup(entry.getKey()).block()).isEqualTo(entry.getValue());
      }
      file.setSize((12L + 4 * RECORDS) * 4096);
      allocators.unmount();
      volume.check();
      assertThat(volume.debugfs("stat /deep")).contains("Tree Depth: 3");
      truncateTo(100);
      assertThat(tree.next(101)).isNull();
      truncateTo(0);
      allocators.unmount();
      assertThat(allocators.totals().freeClusters() + volume.clustersOfGroups()).isEqualTo(before);
      volume.check();
    }
  }

  @Test
  void damageIsNamed() throws Exception {
    try (TestVolume formatted = TestVolume.format(dir, 512, 4096, 64, 1, FEATURES)) {
      open(formatted);
      for (long cpos = 0; cpos < 200; cpos += 2) {
        insert(cpos);
      }
      long leaf = file.view().lastExtentBlock();
      var data = file.cache().read(leaf).data();
      ExtentBlock block = ExtentBlock.of(data);
      byte signature = data.get(0);
      data.put(0, (byte) 'X');
      assertDamage(leaf, "h_signature");
      data.put(0, signature);
      block.list().setNextFree(1000);
      assertDamage(leaf, "l_next_free_rec");
      block.list().setNextFree(1);
      block.list().setTreeDepth(1);
      assertDamage(leaf, "l_tree_depth");
      file.view().extents().set(0, 0, 198, 1L << 40, 0);
      assertDamage(file.at().block(), "e_blkno");
      file.view().extents().setTreeDepth(9);
      assertDamage(file.at().block(), "l_tree_depth");
    }
  }

  private void assertDamage(long block, String field) {
    assertThatThrownBy(
            () -> {
              tree.lookup(0);
              tree.lookup(198);
            })
        .isInstanceOfSatisfying(
            CorruptBlockException.class,
            e -> {
              assertThat(e.block()).isEqualTo(block);
              assertThat(e.field()).isEqualTo(field);
            });
  }

  @Test
  void cuttingShortNeedsNoBlocksButPunchingDoes() throws Exception {
    try (TestVolume formatted = TestVolume.format(dir, 512, 4096, 64, 1, FEATURES)) {
      open(formatted);
      for (long cpos = 0; cpos < 36; cpos += 2) {
        insert(cpos);
      }
      insert(40);
      insert(41);
      insert(42);
      assertThat(tree.metaBlocksNeeded(1)).as("19 of 19 records").isPositive();
      assertThat(tree.removal(41, Mapping.MAX_CPOS - 41).metaBlocks()).isZero();
      assertThat(tree.removal(0, Mapping.MAX_CPOS).metaBlocks()).isZero();
      assertThat(tree.removal(41, 1).metaBlocks()).isPositive();
    }
  }

  @Test
  void refusesToMapARangeTwice() throws Exception {
    try (TestVolume formatted = TestVolume.format(dir, 4096, 4096, 64, 1, FEATURES)) {
      open(formatted);
      insert(5);
      assertThatThrownBy(() -> insert(5)).isInstanceOf(IllegalArgumentException.class);
      assertThat(tree.lookup(0)).isEqualTo(new Mapping(0, 5, 0, 0));
      assertThat(tree.lookup(6).end()).isEqualTo(Mapping.MAX_CPOS);
    }
  }

  private void takeOneOfEachLeaf(SortedMap<Long, Long> places, int leaves) throws IOException {
    int perLeaf = (512 - 0x40) / 16;
    long[] keys = places.keySet().stream().mapToLong(Long::longValue).toArray();
    for (int leaf = 0; leaf < leaves; leaf++) {
      long cpos = keys[leaf * perLeaf + 3];
      assertThat(removeLast(cpos, 1).block()).isEqualTo(places.remove(cpos));
    }
  }

  private void open(TestVolume formatted) throws IOException {
    volume = formatted;
    allocators = volume.allocators();
    file = volume.create(allocators, "deep");
    tree = file.extents();
  }

  private long insert(long cpos) throws IOException {
    try (AllocContext context = allocators.reserve(0, tree.metaBlocksNeeded(1), 1)) {
      while (true) {
        try (Handle handle = volume.journal().start(context.credits() + tree.credits())) {
          ClusterRun run = context.claimClusters(handle, 0, 1);
          long block = volume.geometry().clusterToBlock(run.start());
          try {
            tree.insert(handle, context, new Mapping(cpos, 1, block, 0));
            return block;
          } catch (RestartHandleException e) {
            context.unclaimClusters(handle, run);
            TreeRules.check(file.dinode(), file.cache(), volume.geometry());
            restarts++;
          }
        }
      }
    }
  }

  private void truncateTo(long clusters) throws IOException {
    Mapping gone;
    do {
      gone = removeLast(clusters, Mapping.MAX_CPOS - clusters);
    } while (gone != null);
  }

  private Mapping removeLast(long cpos, long clusters) throws IOException {
    try (AllocContext context = allocators.reserve(tree.removal(cpos, clusters))) {
      while (true) {
        try (Handle handle = volume.journal().start(context.credits() + tree.credits())) {
          return tree.removeLast(handle, context, cpos, clusters);
        } catch (RestartHandleException e) {
          TreeRules.check(file.dinode(), file.cache(), volume.geometry());
          restarts++;
        }
      }
    }
  }
}
