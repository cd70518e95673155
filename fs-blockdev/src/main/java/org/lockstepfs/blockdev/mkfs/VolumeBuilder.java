package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.blockdev.format.Blocks;
import org.lockstepfs.blockdev.format.ChainList;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.DirEntry;
import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.format.GroupDescriptor;
import org.lockstepfs.blockdev.format.InlineData;
import org.lockstepfs.blockdev.format.InodeFlags;
import org.lockstepfs.blockdev.format.Limits;
import org.lockstepfs.blockdev.format.SubAllocation;
import org.lockstepfs.blockdev.format.SystemFile;
import org.lockstepfs.blockdev.journal.JournalSuperblock;

/**
 * Builds the contents of a new volume in memory, in the order in which mkfs.ocfs2 allocates: system
 * inode group, root, system directory, system files, heartbeat, orphan directories, journals,
 * extent groups, slot map, inode group, lost+found.
 */
final class VolumeBuilder {
  private static final int HEARTBEAT_BLOCKS = 256;
  private static final int LONGEST_SYSTEM_NAME = 40;
  private static final int RESERVED_INODES = 6;
  private static final int INODES_FOR_SLOTS = 32;
  private static final String LOST_FOUND = "lost+found";

  private final VolumePlan plan;
  private final long now;
  private final ClusterMap map;
  private final InodeGroup systemGroup;
  private final Map<SystemFile, Dinode[]> files = new EnumMap<>(SystemFile.class);
  private final List<Dinode> dinodes = new ArrayList<>();
  private final List<InodeGroup> groups = new ArrayList<>();
  private final List<DirBuilder> directories = new ArrayList<>();
  private final List<Long> journals = new ArrayList<>();
  private final List<ClusterMap.Extent> zeroed = new ArrayList<>();
  private Dinode root;
  private Dinode systemDir;

  /**
   * Builds everything.
   *
   * @param now seconds since 1970, the time of all inodes
   * @throws MkfsException if the volume is too small
   */
  VolumeBuilder(VolumePlan plan, long now) throws IOException {
    this.plan = plan;
    this.now = now;
    int clusters = systemGroupClusters();
    long first = ClusterMap.firstGroupBlock(plan) + plan.blocksPerCluster();
    int bitmapInode = 3 + SystemFile.GLOBAL_BITMAP.ordinal();
    this.map = new ClusterMap(plan, first + bitmapInode);
    if (map.claim(clusters) != first) {
      throw new MkfsException("the volume is too small");
    }
    int allocatorInode = 3 + SystemFile.GLOBAL_INODE_ALLOC.ordinal();
    this.systemGroup =
        InodeGroup.create(
            plan, first, first + allocatorInode, clusters * plan.blocksPerCluster(), 0, true);
    groups.add(systemGroup);
    makeDirectories();
    makeFiles();
    describeAllocators();
  }

  /** Clusters of the system inodes' group: enough for 32 slots, so that slots can be added. */
  private int systemGroupClusters() {
    int perSlot = 0;
    int inodes = RESERVED_INODES;
    for (SystemFile file : SystemFile.values()) {
      inodes += file.isGlobal() ? 1 : 0;
      perSlot += file.isGlobal() ? 0 : 1;
    }
    inodes += perSlot * Math.max(INODES_FOR_SLOTS, plan.slots());
    int bits = 8 * GroupDescriptor.bitmapSize(plan.blockSize(), false, false);
    return Math.min(
        plan.clustersFor((long) inodes * plan.blockSize()), bits / plan.blocksPerCluster());
  }

  private void makeDirectories() throws IOException {
    long rootCluster = plan.has(Feature.INLINE_DATA) ? 0 : map.claim(1);
    root = systemInode(FileType.DIRECTORY.modeBits() | 0755, 0);
    DirBuilder rootEntries = fill(root, root.blkno(), rootCluster, 1);
    int systemClusters = systemDirClusters();
    long systemCluster = systemClusters == 0 ? 0 : map.claim(systemClusters);
    systemDir = systemInode(FileType.DIRECTORY.modeBits() | 0755, 0);
    DirBuilder entries = fill(systemDir, systemDir.blkno(), systemCluster, systemClusters);
    for (SystemFile file : SystemFile.values()) {
      if (isMade(file)) {
        makeInodes(file, entries);
      }
    }
    heartbeat();
    orphanDirectories();
    journals();
    extentGroups();
    slotMap();
    lostFound(rootEntries);
  }

  /** Clusters of the system directory; none if all its names fit into the dinode. */
  private int systemDirClusters() {
    int each = DirEntry.recordLength(LONGEST_SYSTEM_NAME);
    int names = 0;
    for (SystemFile file : SystemFile.values()) {
      names += file.isGlobal() ? 1 : plan.slots();
    }
    if (plan.has(Feature.INLINE_DATA) && names * each <= InlineData.capacity(plan.blockSize(), 0)) {
      return 0;
    }
    int perBlock = plan.blockSize() / each;
    return plan.clustersFor((long) ((names + perBlock - 1) / perBlock) * plan.blockSize());
  }

  private static boolean isMade(SystemFile file) {
    return (file.flags() & InodeFlags.QUOTA) == 0;
  }

  private void makeInodes(SystemFile file, DirBuilder entries) throws IOException {
    Dinode[] made = new Dinode[file.isGlobal() ? 1 : plan.slots()];
    for (int slot = 0; slot < made.length; slot++) {
      made[slot] = systemInode(file.mode(), file.flags());
      made[slot].setLinksCount(1);
      entries.add(file.fileName(slot), made[slot].blkno(), made[slot].type());
    }
    files.put(file, made);
  }

  private void heartbeat() throws IOException {
    Dinode dinode = files.get(SystemFile.HEARTBEAT)[0];
    long bytes = (long) HEARTBEAT_BLOCKS * plan.blockSize();
    int clusters = plan.clustersFor(bytes);
    ClusterMap.Extent extent = new ClusterMap.Extent(map.claim(clusters), clusters);
    append(dinode, 0, extent);
    dinode.setSize(bytes);
    zeroed.add(extent);
  }

  private void orphanDirectories() throws IOException {
    for (Dinode dinode : files.get(SystemFile.ORPHAN_DIR)) {
      long cluster = plan.has(Feature.INLINE_DATA) ? 0 : map.claim(1);
      fill(dinode, systemDir.blkno(), cluster, 1);
    }
  }

  private void journals() throws IOException {
    for (Dinode dinode : files.get(SystemFile.JOURNAL)) {
      long cpos = 0;
      List<ClusterMap.Extent> extents = map.claimRuns(plan.clustersFor(plan.journalSize()));
      for (ClusterMap.Extent extent : extents) {
        if (dinode.extents().isFull()) {
          throw new MkfsException("journal size: too big for extents of this volume");
        }
        append(dinode, cpos, extent);
        cpos += extent.clusters();
      }
      dinode.setSize(plan.journalSize());
      zeroed.addAll(extents);
      journals.add(extents.get(0).block());
    }
  }

  private void extentGroups() throws IOException {
    for (Dinode dinode : files.get(SystemFile.EXTENT_ALLOC)) {
      initChains(dinode);
      int chains = ChainList.perDinode(plan.blockSize());
      List<InodeGroup> own = new ArrayList<>();
      for (int i = 0; i < plan.extentGroups(); i++) {
        InodeGroup group = suballocGroup(dinode, i % chains);
        if (i >= chains) {
          own.get(i - chains).setNext(group);
        }
        own.add(group);
        group.describe(dinode, plan);
      }
      groups.addAll(own);
    }
  }

  private InodeGroup suballocGroup(Dinode allocator, int chain) throws IOException {
    int clusters = plan.clustersPerSuballocGroup();
    return InodeGroup.create(
        plan,
        map.claim(clusters),
        allocator.blkno(),
        clusters * plan.blocksPerCluster(),
        chain,
        false);
  }

  private void slotMap() throws IOException {
    Dinode dinode = files.get(SystemFile.SLOT_MAP)[0];
    ClusterMap.Extent extent = new ClusterMap.Extent(map.claim(1), 1);
    append(dinode, 0, extent);
    dinode.setSize(plan.clusterSize());
    zeroed.add(extent);
  }

  private void lostFound(DirBuilder rootEntries) throws IOException {
    Dinode allocator = files.get(SystemFile.INODE_ALLOC)[0];
    for (Dinode dinode : files.get(SystemFile.INODE_ALLOC)) {
      initChains(dinode);
    }
    InodeGroup group = suballocGroup(allocator, 0);
    groups.add(group);
    SubAllocation where = group.claim(0);
    Dinode dinode =
        inode(group.block() + where.bit(), FileType.DIRECTORY.modeBits() | 0755, where, 0);
    long cluster = plan.has(Feature.INLINE_DATA) ? 0 : map.claim(1);
    fill(dinode, root.blkno(), cluster, 1);
    rootEntries.add(LOST_FOUND, dinode.blkno(), FileType.DIRECTORY);
    group.describe(allocator, plan);
  }

  /** Gives the remaining system files their last part. */
  private void makeFiles() {
    for (Dinode dinode : files.get(SystemFile.LOCAL_ALLOC)) {
      dinode.clearLastPart();
      dinode.localAlloc().init();
    }
    for (Dinode dinode : files.get(SystemFile.TRUNCATE_LOG)) {
      dinode.clearLastPart();
      dinode.truncateLog().init();
    }
  }

  private void describeAllocators() {
    Dinode inodes = files.get(SystemFile.GLOBAL_INODE_ALLOC)[0];
    initChains(inodes);
    systemGroup.describe(inodes, plan);
    int clusters = Math.toIntExact(inodes.clusters());
    inodes.chains().setClustersPerGroup(clusters);
    Dinode bitmap = files.get(SystemFile.GLOBAL_BITMAP)[0];
    bitmap.clearLastPart();
    map.describe(bitmap);
  }

  private void initChains(Dinode dinode) {
    dinode.clearLastPart();
    dinode.chains().init(plan.clustersPerSuballocGroup(), plan.blocksPerCluster());
  }

  private void append(Dinode dinode, long cpos, ClusterMap.Extent extent) {
    ExtentList list = dinode.extents();
    list.setNextFree(list.nextFree() + 1);
    list.set(list.nextFree() - 1, cpos, extent.clusters(), extent.block(), 0);
    dinode.setClusters(dinode.clusters() + extent.clusters());
  }

  /** Makes the directory inline when no cluster is given. */
  private DirBuilder fill(Dinode dinode, long parent, long firstBlock, int clusters) {
    DirBuilder dir;
    if (firstBlock == 0) {
      dir = DirBuilder.inline(dinode, parent);
    } else {
      append(dinode, 0, new ClusterMap.Extent(firstBlock, clusters));
      dir = DirBuilder.inClusters(dinode, parent, firstBlock, clusters * plan.clusterSize());
    }
    directories.add(dir);
    return dir;
  }

  private Dinode systemInode(int mode, int flags) throws IOException {
    SubAllocation where = systemGroup.claim(Limits.INVALID_SLOT);
    return inode(
        systemGroup.block() + where.bit(),
        mode,
        new SubAllocation(where.slot(), where.bit(), 0),
        flags | InodeFlags.SYSTEM);
  }

  private Dinode inode(long block, int mode, SubAllocation where, int flags) {
    Dinode dinode =
        Dinode.init(
            Blocks.allocate(plan.blockSize()),
            block,
            plan.fsGeneration(),
            plan.fsGeneration(),
            mode,
            where);
    dinode.setFlags(dinode.flags() | flags);
    dinode.setAtime(now, 0);
    dinode.setCtime(now, 0);
    dinode.setMtime(now, 0);
    dinodes.add(dinode);
    return dinode;
  }

  /** Returns the root directory's dinode. */
  long rootBlock() {
    return root.blkno();
  }

  /** Returns the system directory's dinode. */
  long systemDirBlock() {
    return systemDir.blkno();
  }

  /** Returns the slot map's extent. */
  long slotMapBlock() {
    return files.get(SystemFile.SLOT_MAP)[0].extents().blkno(0);
  }

  /** Writes everything but what is found at fixed places. */
  void write(BlockWriter out) throws IOException {
    for (ClusterMap.Extent extent : zeroed) {
      out.zero(extent.block(), (long) extent.clusters() * plan.blocksPerCluster());
    }
    for (long journal : journals) {
      ByteBuffer header = Blocks.allocate(plan.blockSize());
      int blocks = Math.toIntExact(plan.journalSize() / plan.blockSize());
      JournalSuperblock.format(header, blocks, false, plan.uuidBytes());
      out.write(journal, header);
    }
    map.write(out);
    for (InodeGroup group : groups) {
      group.write(out);
    }
    for (DirBuilder directory : directories) {
      directory.write(out);
    }
    for (Dinode dinode : dinodes) {
      out.write(dinode.blkno(), dinode.block());
    }
  }
}
