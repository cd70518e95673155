package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.alloc.Allocators;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.fuse.dlmglue.FlockRes;
import org.lockstepfs.fuse.dlmglue.LockNames;
import org.lockstepfs.fuse.dlmglue.LockOps;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.dlmglue.LockType;
import org.lockstepfs.fuse.extent.DinodeRoot;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.file.DataPath;
import org.lockstepfs.fuse.file.FileSpace;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.InodeContext;
import org.lockstepfs.fuse.inode.InodeTable;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.PosixLocks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted volume: what operations work on. {@link VolumeMount} brings it up and takes it down.
 * Thread-safe.
 */
public final class Volume implements InodeContext {
  private static final Logger LOG = LoggerFactory.getLogger(Volume.class);

  /** Deepest directory that is believed not to be a loop. */
  public static final int MAX_DEPTH = 100_000;

  private static final int MAX_IDLE_INODES = 20_000;
  private static final long MAX_FILE_CLUSTERS = 0xFFFF_FFFFL;

  private final BlockDevice device;
  private final Superblock superblock;
  private final MountOptions options;
  private volatile boolean readOnly;
  private final Geometry geometry;
  private final DlmGlue dlm;
  private final PosixLocks posixLocks;
  private final Clock clock;
  private final RecoveryMap dead;
  private final InodeTable inodes;
  private final DataPath dataPath;
  private final FileSpace space;
  private final Orphans orphans;
  private final Inode root;
  private final LockRes renameLock;
  private final ReentrantLock renameMutex = new ReentrantLock();
  private final AtomicInteger nextGeneration;
  private SystemFiles systemFiles;
  private Allocators allocators;
  private volatile Journal journal;
  private volatile IOException failure;
  private volatile LongConsumer attributesListener = block -> {};

  Volume(
      BlockDevice device,
      Superblock superblock,
      MountOptions options,
      DlmGlue dlm,
      PosixLocks posixLocks,
      Clock clock,
      int firstGeneration,
      RecoveryMap dead) {
    this.device = device;
    this.superblock = superblock;
    this.options = options;
    this.readOnly = options.readOnly();
    this.dlm = dlm;
    this.posixLocks = posixLocks;
    this.clock = clock;
    this.dead = dead;
    this.geometry =
        new Geometry(
            superblock.blockSize(),
            superblock.clusterSize(),
            superblock.clusters(),
            superblock.fsGeneration(),
            superblock.incompat(),
            superblock.roCompat());
    this.nextGeneration = new AtomicInteger(firstGeneration);
    this.inodes = new InodeTable(block -> new Inode(this, block, false), MAX_IDLE_INODES);
    this.dataPath = new DataPath(device, geometry.blockSize());
    this.space = new FileSpace(this, dataPath);
    this.orphans = new Orphans(this, space);
    this.root = inodes.get(superblock.rootBlock());
    this.renameLock =
        dlm.lockRes(LockType.RENAME, LockNames.of(LockType.RENAME, 0, 0), LockOps.NONE);
  }

  /** Gives the volume what {@link VolumeMount} has found and made. */
  void use(SystemFiles files, Journal newJournal, Allocators newAllocators) {
    systemFiles = files;
    journal = newJournal;
    allocators = newAllocators;
  }

  /** Closes the journal: everything is at home, so locks can go without asking it. */
  void closeJournal() throws IOException {
    journal.close();
    journal = null;
  }

  // --- parts ---

  @Override
  public Geometry geometry() {
    return geometry;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  /** Returns the superblock as it was at mount. */
  public Superblock superblock() {
    return superblock;
  }

  /** Returns the inodes in memory. */
  public InodeTable inodes() {
    return inodes;
  }

  /** Returns the allocators. */
  public Allocators allocators() {
    return allocators;
  }

  /** Returns the system files. */
  public SystemFiles systemFiles() {
    return systemFiles;
  }

  /** Returns the inodes without a name. */
  public Orphans orphans() {
    return orphans;
  }

  /** Returns the way to file contents. */
  public DataPath dataPath() {
    return dataPath;
  }

  /** Returns the space operations. */
  public FileSpace space() {
    return space;
  }

  /** Returns the root directory; it stays in memory. */
  public Inode root() {
    return root;
  }

  /** Returns this node's slot. */
  public int slot() {
    return systemFiles.slot();
  }

  /** Returns byte-range locks: the cluster's, or this node's own. */
  public PosixLocks posixLocks() {
    return posixLocks;
  }

  /** Returns the lock cache. */
  public DlmGlue dlm() {
    return dlm;
  }

  /** Returns the device. */
  public BlockDevice device() {
    return device;
  }

  // --- properties ---

  /** Returns whether only one node can mount it. */
  public boolean isLocal() {
    return superblock.features().has(Feature.LOCAL);
  }

  /** Returns whether small files and directories live in their dinodes. */
  public boolean inlineData() {
    return superblock.features().has(Feature.INLINE_DATA);
  }

  /** Returns whether accesses are recorded. */
  public boolean keepsAtime() {
    return !options.noatime() && !isReadOnly();
  }

  /** Returns the largest size that a file can have, in bytes. */
  public long maxFileSize() {
    return Math.min(Long.MAX_VALUE >> 1, MAX_FILE_CLUSTERS << geometry.clusterBits());
  }

  /** Returns whether nothing may be changed. */
  public boolean isReadOnly() {
    return readOnly || failure != null;
  }

  /** Returns whether even what is only housekeeping may not be written. */
  public boolean isFrozen() {
    return options.hardReadOnly() || failure != null;
  }

  /**
   * Lets a volume be changed that was mounted read-only.
   *
   * @throws ErrnoException EROFS if there is another reason not to
   */
  public void allowWrites() throws ErrnoException {
    if (options.hardReadOnly() || FeatureCheck.readsOnly(superblock)) {
      throw new ErrnoException(Errno.EROFS, this + " can only be read");
    }
    if (failure != null) {
      throw new ErrnoException(Errno.EROFS, this + " is read-only after " + failure.getMessage());
    }
    readOnly = false;
  }

  /**
   * Fails if nothing may be changed.
   *
   * @throws ErrnoException EROFS
   */
  public void checkWritable() throws ErrnoException {
    if (isReadOnly()) {
      String why =
          failure == null ? "mounted read-only" : "read-only after " + failure.getMessage();
      throw new ErrnoException(Errno.EROFS, this + " is " + why);
    }
  }

  /**
   * Makes the volume read-only, because its metadata cannot be trusted or its journal is broken.
   */
  public synchronized void fail(IOException why) {
    if (failure == null) {
      failure = why;
      LOG.error("{}: read-only from now on, run fsck: {}", this, why.getMessage());
    }
  }

  /**
   * Takes note of a failed operation: metadata that cannot be trusted makes the volume read-only,
   * as mounted with errors=remount-ro.
   */
  public void failed(IOException why) {
    if (why instanceof CorruptBlockException) {
      fail(why);
    }
  }

  @Override
  public TimeSpec now() {
    Instant now = clock.instant();
    return new TimeSpec(now.getEpochSecond(), now.getNano());
  }

  /** Returns the clock that gives {@link #now}. */
  public Clock clock() {
    return clock;
  }

  /** Returns a generation for a new inode. */
  public int nextGeneration() {
    return nextGeneration.getAndIncrement();
  }

  // --- locks and caches ---

  /** Keeps every other move between directories away, on any node. */
  public Held lockRenames() throws IOException {
    renameMutex.lock();
    try {
      renameLock.lock(LockMode.EX);
    } catch (IOException | RuntimeException e) {
      renameMutex.unlock();
      throw e;
    }
    return () -> {
      renameLock.unlock(LockMode.EX);
      renameMutex.unlock();
    };
  }

  /** Returns the lock that {@link #lockRenames} takes, for dropping it. */
  LockRes renameLock() {
    return renameLock;
  }

  @Override
  public void awaitRecovery() throws IOException {
    dead.await();
  }

  @Override
  public MetaCache newCache() {
    return new MetaCache(device, geometry.blockSize(), this::journal);
  }

  @Override
  public LockRes metaLock(long block, boolean system, LockOps ops) {
    int generation = system ? geometry.fsGeneration() : 0;
    return dlm.lockRes(LockType.META, LockNames.of(LockType.META, block, generation), ops);
  }

  @Override
  public LockRes openLock(long block) {
    return dlm.lockRes(LockType.OPEN, LockNames.of(LockType.OPEN, block, 0), LockOps.NONE);
  }

  /** Sets whom to tell of inodes, by block, whose attributes the kernel must ask for again. */
  public void onAttributesChanged(LongConsumer listener) {
    attributesListener = listener;
  }

  @Override
  public void attributesChanged(long block) {
    attributesListener.accept(block);
  }

  @Override
  public FlockRes flock(long block, int generation) {
    return dlm.flockRes(block, generation);
  }

  @Override
  public Dinode openDinode(MetaBuffer buffer) throws IOException {
    return Dinode.open(buffer.data(), buffer.block(), geometry.fsGeneration());
  }

  @Override
  public ExtentTree extentTree(Inode inode) throws IOException {
    return new ExtentTree(new DinodeRoot(inode.dinode(), inode.cache()), geometry);
  }

  /** Writes a dinode past the journal; for the journal's own dinode, whose lock this node holds. */
  void writeDirectly(MetaBuffer buffer) throws IOException {
    ByteBuffer data = buffer.data().duplicate();
    data.clear();
    device.write(buffer.block() * geometry.blockSize(), data);
    device.flush();
  }

  @Override
  public String toString() {
    return device.name();
  }
}
