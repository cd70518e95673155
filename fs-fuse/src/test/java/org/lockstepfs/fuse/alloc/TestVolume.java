package org.lockstepfs.fuse.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.DirBlock;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.extent.DinodeRoot;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.locks.mode.LockMode;

/** A small volume made by mkfs.ocfs2, judged by fsck.ocfs2. */
public final class TestVolume implements AutoCloseable {
  private final Path image;
  private final FileDevice device;
  private final Geometry geometry;
  private final WriteThroughJournal journal;
  private final long firstGroup;
  private final long rootBlock;
  private final Map<String, LockedInode> files = new HashMap<>();
  private final int slots;

  private TestVolume(Path image, int slots, Map<String, Long> systemFiles) throws IOException {
    this.image = image;
    this.slots = slots;
    this.device = new FileDevice(image);
    Superblock sb = Superblock.read(device);
    this.geometry =
        new Geometry(
            sb.blockSize(),
            sb.clusterSize(),
            sb.clusters(),
            sb.fsGeneration(),
            sb.incompat(),
            sb.roCompat());
    this.rootBlock = sb.rootBlock();
    this.firstGroup = sb.firstClusterGroup();
    this.journal = new WriteThroughJournal(device, sb.blockSize());
    systemFiles.forEach(
        (name, block) -> files.put(name, new RankedInode(block, rank(name), cache(), journal)));
  }

  /** Formats an image. */
  public static TestVolume format(
      Path dir, int blockSize, int clusterSize, int megabytes, int slots, String features)
      throws Exception {
    Path image = Files.createTempFile(dir, "volume", ".img");
    try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) megabytes << 20);
    }
    String journalSize = blockSize * 1024 > 4 << 20 ? "8M" : "4M";
    run(
        "mkfs.ocfs2",
        "-q",
        "-x",
        "-M",
        "local",
        "-b",
        "" + blockSize,
        "-C",
        "" + clusterSize,
        "-N",
        "" + slots,
        "-J",
        "size=" + journalSize,
        "--fs-features=" + features,
        image.toString());
    Map<String, Long> system = new HashMap<>();
    for (String line : run("debugfs.ocfs2", "-R", "ls //", image.toString()).split("\n")) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length >= 5) {
        system.put(columns[columns.length - 1], Long.parseLong(columns[0]));
      }
    }
    return new TestVolume(image, slots, system);
  }

  private static int rank(String name) {
    int slot = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
    if (name.startsWith("truncate_log")) {
      return 100 + slot;
    } else if (name.startsWith("inode_alloc")) {
      return 200 + slot;
    } else if (name.startsWith("extent_alloc")) {
      return 300 + slot;
    } else if (name.startsWith("local_alloc")) {
      return 400 + slot;
    }
    return name.equals("global_bitmap") ? 500 : 600;
  }

  static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s\n%s", String.join(" ", command), output).isZero();
    return output;
  }

  /** Fails unless fsck.ocfs2 finds nothing to mend. */
  public void check() throws Exception {
    assertThat(run("fsck.ocfs2", "-fn", image.toString()))
        .contains("All passes succeeded")
        .doesNotContain("? n")
        .doesNotContain("orrupt");
  }

  /** Returns what debugfs.ocfs2 prints. */
  public String debugfs(String command) throws Exception {
    return run("debugfs.ocfs2", "-R", command, image.toString());
  }

  /** Makes the allocators of slot 0. */
  public Allocators allocators() {
    return allocators(0);
  }

  /** Makes the allocators of a slot. */
  public Allocators allocators(int slot) {
    return new Allocators(journal, geometry, new Slot(slot), firstGroup, System::nanoTime);
  }

  private final class Slot implements AllocInodes {
    private final int slot;

    Slot(int slot) {
      this.slot = slot;
    }

    @Override
    public int slot() {
      return slot;
    }

    @Override
    public int slots() {
      return slots;
    }

    @Override
    public LockedInode globalBitmap() {
      return file("global_bitmap");
    }

    @Override
    public LockedInode inodeAlloc(int of) {
      return slotFile("inode_alloc", of);
    }

    @Override
    public LockedInode extentAlloc(int of) {
      return slotFile("extent_alloc", of);
    }

    @Override
    public LockedInode localAlloc() {
      return slotFile("local_alloc", slot);
    }

    @Override
    public LockedInode truncateLog() {
      return slotFile("truncate_log", slot);
    }
  }

  /** Returns the geometry. */
  public Geometry geometry() {
    return geometry;
  }

  /** Returns the journal. */
  public WriteThroughJournal journal() {
    return journal;
  }

  /** Returns a new cache. */
  public MetaCache cache() {
    return new MetaCache(device, geometry.blockSize(), () -> journal);
  }

  /** Returns a system file. */
  public LockedInode file(String name) {
    return files.get(name);
  }

  /** Makes a regular file in the root directory, with an empty extent list. */
  public TestFile create(Allocators allocators, String name) throws IOException {
    MetaCache cache = cache();
    try (AllocContext context = allocators.reserve(1, 0, 0);
        Handle handle = journal.start(context.credits() + 2)) {
      ClaimedBlock at = context.claimInode(handle, null);
      MetaBuffer dinode = cache.fresh(at.block());
      handle.dirty(dinode);
      int mode = 0100644;
      Dinode.init(dinode.data(), at.block(), geometry.fsGeneration(), 1, mode, at.origin())
          .setLinksCount(1);
      link(handle, name, at.block());
      return new TestFile(this, dinode, cache, at);
    }
  }

  /** Adds an entry to the root directory: an inline one, or to the first block of its extents. */
  private void link(Handle handle, String name, long inode) throws IOException {
    MetaBuffer buffer = cache().read(rootBlock);
    Dinode root = Dinode.open(buffer.data(), rootBlock, geometry.fsGeneration());
    DirBlock entries;
    if (root.hasInlineData()) {
      entries = DirBlock.inline(root);
    } else {
      long block = root.extents().blkno(0);
      buffer = cache().read(block);
      entries = DirBlock.of(buffer.data(), block, false);
    }
    handle.dirty(buffer);
    entries.insert(name.getBytes(StandardCharsets.US_ASCII), inode, FileType.REGULAR);
  }

  /** A file in the making. */
  public record TestFile(TestVolume volume, MetaBuffer dinode, MetaCache cache, ClaimedBlock at) {
    /** Returns its dinode's fields. */
    public Dinode view() {
      return Dinode.of(dinode.data());
    }

    /** Returns its extents. */
    public ExtentTree extents() {
      return new ExtentTree(new DinodeRoot(dinode, cache), volume.geometry);
    }

    /** Sets i_size. */
    public void setSize(long bytes) throws IOException {
      try (Handle handle = volume.journal.start(1)) {
        handle.dirty(dinode);
        view().setSize(bytes);
      }
    }
  }

  /** Returns how many clusters the inode and extent allocators of slot 0 have taken. */
  public long clustersOfGroups() throws IOException {
    long sum = 0;
    for (LockedInode file : List.of(inodeAlloc(0), slotFile("extent_alloc", 0))) {
      try (LockedInode.Held lock = file.lock(LockMode.PR)) {
        sum += Dinode.of(file.dinode().data()).clusters();
      }
    }
    return sum;
  }

  private LockedInode slotFile(String kind, int slot) {
    return file(String.format("%s:%04d", kind, slot));
  }

  /** Returns inode_alloc of a slot. */
  public LockedInode inodeAlloc(int slot) {
    return slotFile("inode_alloc", slot);
  }

  /** Returns local_alloc of slot 0. */
  public LockedInode localAlloc() {
    return slotFile("local_alloc", 0);
  }

  /** Returns truncate_log of slot 0. */
  public LockedInode truncateLog() {
    return slotFile("truncate_log", 0);
  }

  @Override
  public void close() throws IOException {
    device.close();
    Files.delete(image);
  }
}
