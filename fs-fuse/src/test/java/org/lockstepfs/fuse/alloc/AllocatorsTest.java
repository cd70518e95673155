package org.lockstepfs.fuse.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.locks.mode.LockMode;

/** Claims and frees on volumes made by mkfs.ocfs2; fsck.ocfs2 judges the counts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AllocatorsTest {
  private static final String FEATURES =
      "noindexed-dirs,noxattr,norefcount,sparse,unwritten,discontig-bg,noinline-data";

  @TempDir Path dir;

  private TestVolume volume;
  private Allocators allocators;

  private void format(int blockSize, int clusterSize, int megabytes) throws Exception {
    volume = TestVolume.format(dir, blockSize, clusterSize, megabytes, 2, FEATURES);
    allocators = volume.allocators();
  }

  @AfterEach
  void close() throws IOException {
    volume.close();
  }

  @Test
  void filledAndFreedVolumeHasAllItsSpaceAgain() throws Exception {
    format(1024, 4096, 48);
    long before = allocators.totals().freeClusters();
    List<ClusterRun> runs = claimUntilFull(700);
    assertThat(allocators.totals().freeClusters()).isLessThan(700);
    runs.addAll(claimUntilFull(1));
    assertThat(allocators.totals().freeClusters()).isZero();
    assertThat(runs.stream().mapToLong(ClusterRun::count).sum()).isEqualTo(before);
    Set<Long> distinct = new HashSet<>();
    runs.forEach(r -> distinct.add(r.start()));
    assertThat(distinct).hasSameSizeAs(runs);
    free(runs);
    assertThat(allocators.totals().freeClusters()).isEqualTo(before);
    allocators.unmount();
    volume.check();
  }

  @Test
  void clustersInTheTruncateLogAreReclaimedWhenTheVolumeIsFull() throws Exception {
    format(4096, 16384, 64);
    List<ClusterRun> runs = claimUntilFull(100);
    runs.addAll(claimUntilFull(1));
    free(runs.subList(0, 3));
    int flushes = volume.journal().flushes();
    try (AllocContext context = allocators.reserve(0, 0, 1)) {
      assertThat(context.credits()).isPositive();
    }
    assertThat(volume.journal().flushes()).as("freed clusters wait").isEqualTo(flushes + 1);
    free(runs.subList(3, runs.size()));
    allocators.unmount();
    volume.check();
  }

  private List<ClusterRun> claimUntilFull(int each) throws IOException {
    List<ClusterRun> runs = new ArrayList<>();
    while (true) {
      try (AllocContext context = allocators.reserve(0, 0, each);
          Handle handle = volume.journal().start(200)) {
        for (int left = each; left > 0; ) {
          ClusterRun run = context.claimClusters(handle, 0, left);
          runs.add(run);
          left -= run.count();
        }
      } catch (ErrnoException full) {
        assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
        return runs;
      }
    }
  }

  private void free(List<ClusterRun> runs) throws IOException {
    for (ClusterRun run : runs) {
      try (AllocContext context = allocators.reserve(Reservation.none().withFreedRuns(1));
          Handle handle = volume.journal().start(context.credits())) {
        context.freeClusters(handle, run);
      }
    }
  }

  @Test
  void windowSlidesThroughTheVolume() throws Exception {
    format(1024, 4096, 48);
    long window = -1;
    int slides = 0;
    List<ClusterRun> runs = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      try (AllocContext context = allocators.reserve(0, 0, 100);
          Handle handle = volume.journal().start(context.credits())) {
        runs.add(context.claimClusters(handle, 0, 100));
        long start = start(volume.localAlloc());
        slides += start != window ? 1 : 0;
        window = start;
      }
    }
    assertThat(slides).isEqualTo(3);
    assertThat(runs).allMatch(r -> r.count() == 100);
    free(runs);
    allocators.unmount();
    try (LockedInode.Held lock = volume.localAlloc().lock(LockMode.EX)) {
      assertThat(start(volume.localAlloc())).isZero();
    }
    volume.check();
  }

  private static long start(LockedInode localAlloc) throws IOException {
    return Dinode.of(localAlloc.dinode().data()).localAlloc().offset();
  }

  @Test
  void goalIsTakenIfFree() throws Exception {
    format(4096, 4096, 64);
    try (AllocContext context = allocators.reserve(0, 0, 30);
        Handle handle = volume.journal().start(context.credits())) {
      ClusterRun first = context.claimClusters(handle, 0, 10);
      context.claimClusters(handle, 0, 5);
      ClusterRun goal = context.claimClusters(handle, first.start() + 100, 5);
      assertThat(goal.start()).isEqualTo(first.start() + 100);
      ClusterRun beside = context.claimClusters(handle, first.start() + 3, 5);
      assertThat(beside.start()).isEqualTo(first.start() + 15);
      context.unclaimClusters(handle, goal);
      context.unclaimClusters(handle, beside);
    }
  }

  @Test
  void truncateLogJoinsNeighboursAndIsFlushedWhenFull() throws Exception {
    format(512, 4096, 48);
    List<ClusterRun> runs = new ArrayList<>();
    try (AllocContext context = allocators.reserve(0, 0, 400);
        Handle handle = volume.journal().start(context.credits())) {
      for (int i = 0; i < 400; i++) {
        runs.add(context.claimClusters(handle, 0, 1));
      }
    }
    free(runs.subList(0, 200));
    try (LockedInode.Held lock = volume.truncateLog().lock(LockMode.EX)) {
      assertThat(Dinode.of(volume.truncateLog().dinode().data()).truncateLog().used()).isEqualTo(1);
    }
    int flushes = volume.journal().flushes();
    for (int i = 200; i < 400; i += 2) {
      free(runs.subList(i, i + 1));
    }
    assertThat(volume.journal().flushes()).isGreaterThan(flushes);
    for (int i = 201; i < 400; i += 2) {
      free(runs.subList(i, i + 1));
    }
    allocators.unmount();
    volume.check();
  }

  @Test
  void inodesAreStolenFromAnotherSlotWhenTheVolumeIsFull() throws Exception {
    format(1024, 4096, 48);
    List<ClaimedBlock> inodes = new ArrayList<>();
    inodes.add(claimInode(volume.allocators(1)));
    List<ClusterRun> runs = claimUntilFull(500);
    runs.addAll(claimUntilFull(1));
    Set<Integer> slots = new HashSet<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                ClaimedBlock inode = claimInode();
                inodes.add(inode);
                slots.add(inode.slot());
              }
            })
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
    assertThat(slots).containsExactlyInAnyOrder(0, 1);
    assertThat(inodes).doesNotHaveDuplicates();
    for (ClaimedBlock inode : inodes) {
      freeInode(inode);
    }
    free(runs);
    allocators.unmount();
    volume.check();
  }

  private ClaimedBlock claimInode() throws IOException {
    return claimInode(allocators);
  }

  private ClaimedBlock claimInode(Allocators from) throws IOException {
    try (AllocContext context = from.reserve(1, 0, 0);
        Handle handle = volume.journal().start(context.credits())) {
      return context.claimInode(handle, null);
    }
  }

  private void freeInode(ClaimedBlock inode) throws IOException {
    Reservation wanted = Reservation.none().withFreedInode(inode.slot());
    try (AllocContext context = allocators.reserve(wanted);
        Handle handle = volume.journal().start(context.credits())) {
      context.freeInode(handle, inode);
    }
  }

  @Test
  void groupsAreMadeOfPiecesOnAFragmentedVolume() throws Exception {
    format(1024, 4096, 48);
    fragment(volume.create(allocators, "pieces"), 60);
    ClaimedBlock inode = claimInode();
    List<ClaimedBlock> others = new ArrayList<>();
    while (inode.group() == 0) {
      others.add(inode);
      inode = claimInode();
    }
    freeInode(inode);
    TestVolume.TestFile file = volume.create(allocators, "inpieces");
    assertThat(file.at().group()).isEqualTo(inode.group());
    for (int i = 0; i < 1000; i++) {
      ClaimedBlock more = claimInode();
      assertThat(more.group()).isEqualTo(inode.group());
      others.add(more);
    }
    assertThat(others.stream().map(ClaimedBlock::block)).doesNotHaveDuplicates();
    for (ClaimedBlock other : others) {
      freeInode(other);
    }
    allocators.unmount();
    volume.check();
    assertThat(volume.debugfs("stat /inpieces")).contains("Sub Alloc Group");
  }

  /** Gives a file all space, then punches holes of so many clusters everywhere. */
  private void fragment(TestVolume.TestFile file, int hole) throws IOException {
    ExtentTree tree = file.extents();
    long cpos = 0;
    for (ClusterRun run : claimUntilFull(hole)) {
      try (AllocContext context = allocators.reserve(0, tree.metaBlocksNeeded(1), 0);
          Handle handle = volume.journal().start(context.credits() + tree.credits())) {
        long block = volume.geometry().clusterToBlock(run.start());
        tree.insert(handle, context, new Mapping(cpos, run.count(), block, 0));
        cpos += run.count();
      }
    }
    file.setSize(cpos * volume.geometry().clusterSize());
    for (long at = hole; at + hole < cpos; at += 2L * hole) {
      while (punch(tree, at, hole)) {
        assertThat(tree.lookup(at)).isNotNull();
      }
    }
    allocators.flushTruncateLog();
  }

  private boolean punch(ExtentTree tree, long at, long length) throws IOException {
    try (AllocContext context = allocators.reserve(tree.removal(at, length));
        Handle handle = volume.journal().start(context.credits() + tree.credits())) {
      return tree.removeLast(handle, context, at, length) != null;
    }
  }

  @Test
  void deadSlotIsCleanedOnce() throws Exception {
    format(4096, 4096, 64);
    long before = allocators.totals().freeClusters();
    List<ClusterRun> runs = new ArrayList<>();
    try (AllocContext context = allocators.reserve(0, 0, 40);
        Handle handle = volume.journal().start(context.credits())) {
      for (int i = 0; i < 4; i++) {
        runs.add(context.claimClusters(handle, 0, 10));
      }
    }
    free(List.of(runs.get(0), runs.get(2), runs.get(1), runs.get(3)));
    Allocators survivor = volume.allocators(1);
    for (int i = 0; i < 2; i++) {
      survivor.recoverSlot(volume.localAlloc(), volume.truncateLog());
      assertThat(survivor.totals().freeClusters()).isEqualTo(before);
      volume.check();
    }
  }

  @Test
  void manyThreadsClaimAndFree() throws Exception {
    format(4096, 4096, 64);
    long before = allocators.totals().freeClusters() + volume.clustersOfGroups();
    var pool = Executors.newFixedThreadPool(6);
    try {
      List<Future<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        futures.add(pool.submit((Callable<Integer>) this::claimAndFreeALot));
      }
      for (Future<Integer> future : futures) {
        assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo(200);
      }
    } finally {
      pool.shutdownNow();
    }
    allocators.unmount();
    assertThat(allocators.totals().freeClusters() + volume.clustersOfGroups()).isEqualTo(before);
    volume.check();
  }

  private int claimAndFreeALot() throws IOException {
    int done = 0;
    for (int i = 0; i < 200; i++) {
      ClaimedBlock inode = claimInode();
      ClusterRun run;
      try (AllocContext context = allocators.reserve(0, 1, 3);
          Handle handle = volume.journal().start(context.credits())) {
        run = context.claimClusters(handle, 0, 3);
      }
      free(List.of(run));
      freeInode(inode);
      done++;
    }
    return done;
  }

  @Test
  void whatIsFreeCannotBeFreed() throws Exception {
    format(4096, 4096, 64);
    ClaimedBlock inode = claimInode();
    freeInode(inode);
    assertThatThrownBy(() -> freeInode(inode))
        .isInstanceOf(CorruptBlockException.class)
        .hasMessageContaining("bg_bitmap");
    assertThatThrownBy(
            () -> {
              try (AllocContext context = allocators.reserve(1, 0, 0);
                  Handle handle = volume.journal().start(context.credits())) {
                context.freeBlock(handle, inode);
              }
            })
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void damagedGroupIsNamed() throws Exception {
    format(4096, 4096, 64);
    ClaimedBlock inode = claimInode();
    long group = inode.block() - inode.bit();
    try (LockedInode.Held lock = volume.inodeAlloc(0).lock(LockMode.EX)) {
      volume.inodeAlloc(0).cache().read(group).data().putLong(0x20, 12345);
    }
    assertThatThrownBy(this::claimInode)
        .isInstanceOf(CorruptBlockException.class)
        .hasMessageContaining("block " + group)
        .hasMessageContaining("bg_parent_dinode");
  }
}
