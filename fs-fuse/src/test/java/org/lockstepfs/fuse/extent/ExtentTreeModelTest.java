package org.lockstepfs.fuse.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.Allocators;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.alloc.TestVolume;

/**
 * Thousands of seeded inserts, removals and marks on a file, against a plain array of clusters;
 * then fsck.ocfs2 judges the volume.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExtentTreeModelTest {
  private static final String FEATURES = "noindexed-dirs,noxattr,norefcount,sparse,unwritten";

  @TempDir Path dir;

  /** What the file should map: for each cluster its place on the volume, 0 for none. */
  private static final class Model {
    final long[] place;
    final boolean[] unwritten;

    Model(int clusters) {
      place = new long[clusters];
      unwritten = new boolean[clusters];
    }
  }

  private TestVolume volume;
  private Allocators allocators;
  private TestVolume.TestFile file;
  private ExtentTree tree;
  private Model model;
  private SplittableRandom random;

  @ParameterizedTest
  @CsvSource({
    "512, 4096, 1500, 2500, inline-data",
    "1024, 4096, 3000, 2000, noinline-data",
    "2048, 16384, 600, 1200, inline-data",
    "4096, 4096, 6000, 2500, noinline-data",
    "4096, 65536, 300, 1200, inline-data",
  })
  void matchesModel(int blockSize, int clusterSize, int clusters, int steps, String extra)
      throws Exception {
    String features = FEATURES + "," + extra;
    try (TestVolume formatted = TestVolume.format(dir, blockSize, clusterSize, 64, 2, features)) {
      volume = formatted;
      allocators = volume.allocators();
      long before = allocators.totals().freeClusters() + volume.clustersOfGroups();
      file = volume.create(allocators, "model");
      tree = file.extents();
      model = new Model(clusters);
      random = new SplittableRandom(blockSize * 31L + clusterSize);
      file.setSize((long) clusters * clusterSize);
      for (int step = 0; step < steps; step++) {
        step(step < steps / 2 ? 6 : 4);
        if (step % 300 == 0) {
          compare();
        }
      }
      compare();
      allocators.unmount();
      volume.check();
      remove(0, clusters);
      allocators.unmount();
      assertThat(allocators.totals().freeClusters() + volume.clustersOfGroups()).isEqualTo(before);
      assertThat(file.view().extents().treeDepth()).as("depth of an empty tree").isZero();
      volume.check();
    }
  }

  private void step(int insertsOfTen) throws IOException {
    int start = random.nextInt(model.place.length);
    int length = 1 + random.nextInt(random.nextInt(20) == 0 ? 200 : 6);
    int end = Math.min(model.place.length, start + length);
    int dice = random.nextInt(10);
    if (dice < insertsOfTen) {
      fill(start, end, random.nextBoolean());
    } else if (dice < 8) {
      remove(start, end);
    } else {
      markWritten(start, end);
    }
  }

  private void fill(int start, int end, boolean unwritten) throws IOException {
    for (int at = start; at < end; ) {
      Mapping found = tree.lookup(at);
      int stop = (int) Math.min(end, found.end());
      if (found.isHole()) {
        stop = at + insert(at, stop - at, unwritten);
      }
      at = stop;
    }
  }

  private int insert(int at, int max, boolean unwritten) throws IOException {
    try (AllocContext context = allocators.reserve(0, tree.metaBlocksNeeded(1), max);
        Handle handle = volume.journal().start(context.credits() + tree.credits())) {
      long goal = at > 0 && model.place[at - 1] != 0 ? model.place[at - 1] + 1 : 0;
      ClusterRun run = context.claimClusters(handle, goal, max);
      long block = volume.geometry().clusterToBlock(run.start());
      tree.insert(
          handle, context, new Mapping(at, run.count(), block, unwritten ? Mapping.UNWRITTEN : 0));
      for (int i = 0; i < run.count(); i++) {
        model.place[at + i] = run.start() + i;
        model.unwritten[at + i] = unwritten;
      }
      return run.count();
    }
  }

  private void remove(int start, int end) throws IOException {
    while (true) {
      try (AllocContext context = allocators.reserve(tree.removal(start, end - start));
          Handle handle = volume.journal().start(context.credits() + tree.credits())) {
        Mapping gone = tree.removeLast(handle, context, start, end - start);
        if (gone == null) {
          return;
        }
        assertThat(gone.cpos()).isGreaterThanOrEqualTo(start);
        assertThat(gone.end()).isLessThanOrEqualTo(end);
        Arrays.fill(model.place, (int) gone.cpos(), (int) gone.end(), 0);
      }
    }
  }

  private void markWritten(int start, int end) throws IOException {
    try (AllocContext context = allocators.reserve(0, tree.metaBlocksNeeded(2 * (end - start)), 0);
        Handle handle =
            volume.journal().start(context.credits() + (end - start) * 2 * tree.credits())) {
      tree.markWritten(handle, context, start, end - start);
    }
    Arrays.fill(model.unwritten, start, end, false);
  }

  private void compare() throws IOException {
    int clusters = 0;
    for (int at = 0; at < model.place.length; ) {
      Mapping found = tree.lookup(at);
      int end = (int) Math.min(model.place.length, found.end());
      for (int i = at; i < end; i++) {
        long place = found.isHole() ? 0 : volume.geometry().blockToCluster(found.block()) + i - at;
        assertThat(place).as("cluster %d in %s", i, found).isEqualTo(model.place[i]);
        if (place != 0) {
          clusters++;
          assertThat((found.flags() & Mapping.UNWRITTEN) != 0).isEqualTo(model.unwritten[i]);
        }
      }
      at = end;
    }
    assertThat(file.view().clusters()).isEqualTo(clusters);
    TreeRules.check(file.dinode(), file.cache(), volume.geometry());
  }
}
