package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.mkfs.FileDevice;
import org.lockstepfs.blockdev.mkfs.Tool;

/** Volumes of mkfs.ocfs2, read through the views and by debugfs.ocfs2: both see the same. */
class GoldenTest {
  private static final Pattern GROUP =
      Pattern.compile("^\\s+\\d+\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+\\d+\\s+(\\d+)\\s*$");
  private static final Pattern EXTENT =
      Pattern.compile("^\\s+\\d+\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+0x\\w+\\s*$");

  @TempDir Path dir;
  private Path image;
  private FileDevice device;
  private Superblock sb;

  @BeforeAll
  static void toolsAreInstalled() {
    assumeTrue(Tool.installed(), "ocfs2-tools");
  }

  @ParameterizedTest
  @CsvSource({
    "512,  4096,    200M, 2, 'noindexed-dirs,noxattr,norefcount'",
    "512,  1048576, 90M,  1, 'noindexed-dirs,noxattr,norefcount,noinline-data'",
    "1024, 32768,   60M,  3, 'noindexed-dirs,noxattr,norefcount,nodiscontig-bg'",
    "2048, 4096,    90M,  2, 'noindexed-dirs,noxattr,norefcount,noextended-slotmap'",
    "4096, 4096,    300M, 4, 'noindexed-dirs,noxattr,norefcount'",
    "4096, 1048576, 90M,  2, 'noindexed-dirs,noxattr,norefcount,noinline-data'",
    "4096, 4096,    90M,  2, 'indexed-dirs,xattr,refcount'",
    "1024, 4096,    90M,  2, 'metaecc,indexed-dirs,xattr,noinline-data'",
  })
  void viewsAgreeWithDebugfs(int block, int cluster, String size, int slots, String features)
      throws IOException {
    image = dir.resolve("image");
    long bytes = Long.parseLong(size.replace("M", "")) << 20;
    FileDevice.create(image, bytes, 512).close();
    Tool made =
        Tool.run(
            "mkfs.ocfs2",
            List.of(
                "-x",
                "-q",
                "-b",
                "" + block,
                "-C",
                "" + cluster,
                "-N",
                "" + slots,
                "-L",
                "golden",
                "-M",
                "local",
                "--fs-features=" + features,
                image.toString()));
    assertThat(made.status()).as(made.output()).isZero();
    try (FileDevice opened = FileDevice.open(image)) {
      device = opened;
      sb = Superblock.read(device);
      superblock(block, cluster, slots);
      Dinode systemDir = dinode(sb.systemDirBlock());
      Map<String, Long> files = list(systemDir);
      assertThat(files).containsKeys("global_bitmap", "heartbeat", "truncate_log:0000");
      List<Long> inodes = new ArrayList<>(files.values());
      inodes.add(sb.rootBlock());
      for (long inode : inodes) {
        compare(dinode(inode));
      }
      slotMap(dinode(files.get("slot_map")), slots);
    }
  }

  private void superblock(int block, int cluster, int slots) {
    Tool stats = Tool.debugfs(image, "stats");
    assertThat(sb.blockSize()).isEqualTo(block);
    assertThat(sb.clusterSize()).isEqualTo(cluster);
    assertThat(sb.maxSlots()).isEqualTo(slots);
    assertThat(sb.label()).isEqualTo("golden");
    assertThat(sb.uuidString()).isEqualTo(stats.find("UUID: (\\w+)"));
    assertThat(Integer.toUnsignedLong(sb.uuidHash())).isEqualTo(stats.number("Hash: (\\d+)"));
    assertThat(sb.clusters()).isEqualTo(stats.number("Links: 0   Clusters: (\\d+)"));
    assertThat(sb.rootBlock()).isEqualTo(stats.number("Root Blknum: (\\d+)"));
    assertThat(sb.systemDirBlock()).isEqualTo(stats.number("System Dir Blknum: (\\d+)"));
    assertThat(sb.firstClusterGroup()).isEqualTo(stats.number("Cluster Group Blknum: (\\d+)"));
    assertThat(Integer.toUnsignedLong(sb.fsGeneration()))
        .isEqualTo(stats.number("FS Generation: (\\d+)"));
    assertThat(sb.compat()).isEqualTo((int) stats.number("Feature Compat: (\\d+)"));
    assertThat(sb.incompat()).isEqualTo((int) stats.number("Feature Incompat: (\\d+)"));
    assertThat(sb.roCompat()).isEqualTo((int) stats.number("Feature RO compat: (\\d+)"));
    assertThat(sb.xattrInlineSize()).isEqualTo((int) stats.number("Inline Size: (\\d+)"));
    assertThat(Integer.toUnsignedString(sb.dxSeed(1)))
        .isEqualTo(stats.find("DX Seeds: \\d+ (\\d+)"));
    String named =
        stats.find("Feature Compat: \\d+(.*)")
            + " "
            + stats.find("Feature Incompat: \\d+(.*)")
            + " "
            + stats.find("Feature RO compat: \\d+(.*)");
    assertThat(named.strip().split(" +"))
        .containsExactlyInAnyOrderElementsOf(sb.features().names());
  }

  private void compare(Dinode di) throws IOException {
    Tool stat = Tool.debugfs(image, "stat <" + di.blkno() + ">");
    assertThat(Integer.toUnsignedLong(di.generation()))
        .isEqualTo(stat.number("Generation: (\\d+)"));
    assertThat(Integer.toOctalString(di.mode() & 07777)).isEqualTo(stat.find("Mode: 0(\\d+)"));
    assertThat(di.linksCount()).isEqualTo((int) stat.number("Links: (\\d+)"));
    assertThat(di.clusters()).isEqualTo(stat.number("Links: \\d+   Clusters: (\\d+)"));
    assertThat(di.size()).isEqualTo(stat.number("Size: (\\d+)"));
    assertThat(di.ctime()).isEqualTo(Long.parseLong(stat.find("ctime: 0x(\\w+)"), 16));
    assertThat(di.subAllocation().bit()).isEqualTo((int) stat.number("Sub Alloc Bit: (\\d+)"));
    assertThat(InodeFlags.names(di.flags()).split(" "))
        .containsExactlyInAnyOrder(stat.find("Flags: (.*)").split(" +"));
    assertThat(di.dynFeatures())
        .isEqualTo(Integer.parseInt(stat.find("Dynamic Features: \\(0x(\\w+)\\)"), 16));
    if (di.hasFlags(InodeFlags.CHAIN)) {
      allocator(di, stat);
    } else if (di.hasFlags(InodeFlags.LOCAL_ALLOC)) {
      assertThat(di.localAlloc().size())
          .isEqualTo((int) stat.number("Local Bitmap Offset: 0   Size: (\\d+)"));
    } else if (di.hasFlags(InodeFlags.DEALLOC)) {
      assertThat(di.truncateLog().count()).isEqualTo((int) stat.number("Total Records: (\\d+)"));
    } else if (di.hasInlineData()) {
      assertThat(di.inlineData().count()).isEqualTo((int) stat.number("Inline Data Max: (\\d+)"));
    } else {
      extents(di.extents(), stat);
    }
  }

  private void extents(ExtentList list, Tool stat) {
    assertThat(list.count()).isEqualTo((int) stat.number("Tree Depth: 0   Count: (\\d+)"));
    List<ExtentRecord> shown = new ArrayList<>();
    stat.output()
        .lines()
        .map(EXTENT::matcher)
        .filter(Matcher::matches)
        .forEach(m -> shown.add(new ExtentRecord(number(m, 1), number(m, 2), number(m, 3), 0)));
    List<ExtentRecord> seen = new ArrayList<>();
    for (int i = 0; i < list.nextFree(); i++) {
      seen.add(list.get(i));
    }
    assertThat(seen).isEqualTo(shown);
  }

  private void allocator(Dinode di, Tool stat) throws IOException {
    assertThat(di.bitmapTotal()).isEqualTo(stat.number("Bitmap Total: (\\d+)"));
    assertThat(di.bitmapUsed()).isEqualTo(stat.number("Bitmap Total: \\d+   Used: (\\d+)"));
    ChainList chains = di.chains();
    assertThat(chains.clustersPerGroup()).isEqualTo((int) stat.number("per Group: (\\d+)"));
    assertThat(chains.bitsPerCluster()).isEqualTo((int) stat.number("per Cluster: (\\d+)"));
    assertThat(chains.count()).isEqualTo((int) stat.number("^\\s+Count: (\\d+)"));
    Map<Long, String> shown = new TreeMap<>();
    stat.output()
        .lines()
        .map(GROUP::matcher)
        .filter(Matcher::matches)
        .forEach(m -> shown.put(number(m, 1), m.group(2) + " " + m.group(4) + " " + m.group(5)));
    Map<Long, String> seen = new TreeMap<>();
    for (int chain = 0; chain < chains.nextFree(); chain++) {
      long free = 0;
      for (long blkno = chains.blkno(chain); blkno != 0; ) {
        GroupDescriptor gd =
            GroupDescriptor.open(read(blkno), blkno, sb.fsGeneration(), di.blkno());
        assertThat(gd.chain()).isEqualTo(chain);
        assertThat(gd.bits() - gd.bitmap().cardinality()).isEqualTo(gd.freeBits());
        free += gd.freeBits();
        seen.put(blkno, gd.bits() + " " + gd.freeBits() + " " + gd.bitmapSize());
        blkno = gd.nextGroup();
      }
      assertThat(free).isEqualTo(chains.free(chain));
    }
    assertThat(seen).isEqualTo(shown);
  }

  private void slotMap(Dinode di, int slots) throws IOException {
    boolean extended = sb.features().has(Feature.EXTENDED_SLOT_MAP);
    SlotMap map = SlotMap.of(read(di.extents().blkno(0)), extended, slots);
    for (int slot = 0; slot < slots; slot++) {
      assertThat(map.node(slot)).isEqualTo(SlotMap.EMPTY);
    }
  }

  private Map<String, Long> list(Dinode dir) throws IOException {
    Map<String, Long> names = new TreeMap<>();
    for (DirBlock block : blocks(dir)) {
      block.forEach(
          entry ->
              names.put(new String(entry.name(), StandardCharsets.UTF_8), entry.inode()) == null);
    }
    return names;
  }

  private List<DirBlock> blocks(Dinode dir) throws IOException {
    if (dir.hasInlineData()) {
      return List.of(DirBlock.inline(dir));
    }
    boolean trailer = sb.features().has(Feature.META_ECC);
    List<DirBlock> blocks = new ArrayList<>();
    for (long i = 0; i < dir.size() / sb.blockSize(); i++) {
      long blkno = dir.extents().blkno(0) + i;
      ByteBuffer data = read(blkno);
      if (trailer) {
        DirTrailer.open(data, blkno, dir.blkno());
      }
      blocks.add(DirBlock.of(data, blkno, trailer));
    }
    return blocks;
  }

  private Dinode dinode(long blkno) throws IOException {
    return Dinode.open(read(blkno), blkno, sb.fsGeneration());
  }

  private ByteBuffer read(long blkno) throws IOException {
    ByteBuffer block = Blocks.allocate(sb.blockSize());
    device.read(blkno * sb.blockSize(), block);
    return block;
  }

  private static long number(Matcher matcher, int group) {
    return Long.parseLong(matcher.group(group));
  }
}
