package org.lockstepfs.fuse.inode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.InlineData;
import org.lockstepfs.blockdev.format.InodeFlags;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.dlmglue.FlockRes;
import org.lockstepfs.fuse.dlmglue.LockOps;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.dlmglue.MetaLvb;
import org.lockstepfs.fuse.dlmglue.UnblockAction;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.locks.mode.LockMode;

/**
 * An inode in memory.
 *
 * <p>{@link #lock} takes a lock of this node and then the cluster's META lock; everything but
 * {@link #block} and the reference count is read and changed under it. What it caches lives as long
 * as the cluster lock does.
 */
public final class Inode implements LockedInode {
  private static final long RETIRED = -1;

  private final InodeContext volume;
  private final long block;
  private final ReentrantReadWriteLock local = new ReentrantReadWriteLock();
  private final LockRes meta;
  private final MetaCache cache;
  private final OpenCount opens;
  private final AttrLease lease = new AttrLease();
  private final AtomicLong references = new AtomicLong();
  private volatile InodeAttrs attrs;
  private volatile int lastTransaction;
  private ExtentTree extents;
  private Object dirState;
  private volatile MetaBuffer checked;
  private boolean wiped;

  /**
   * Makes the inode of a block, without reading it.
   *
   * @param system a system file
   */
  public Inode(InodeContext volume, long block, boolean system) {
    this.volume = volume;
    this.block = block;
    this.cache = volume.newCache();
    this.meta = volume.metaLock(block, system, new MetaOps());
    this.opens = new OpenCount(volume, block);
  }

  @Override
  public long block() {
    return block;
  }

  @Override
  public MetaCache cache() {
    return cache;
  }

  /** Returns the attributes; change them only under the lock in EX. */
  public InodeAttrs attrs() {
    return attrs;
  }

  /** Returns who has the file open on this node. */
  public OpenCount opens() {
    return opens;
  }

  /** Returns how long the kernel may believe the attributes. */
  public AttrLease lease() {
    return lease;
  }

  // --- references ---

  /** Counts a reference; false if the inode was evicted meanwhile. */
  boolean ref() {
    while (true) {
      long count = references.get();
      if (count == RETIRED) {
        return false;
      }
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
    }
  }

  /** Returns {@code count} references; true if none is left. */
  boolean unref(long count) {
    boolean last = references.addAndGet(-count) == 0;
    if (last) {
      lease.forget();
    }
    return last;
  }

  /** Marks an unreferenced inode as evicted; false if somebody refers to it. */
  boolean retire() {
    return references.compareAndSet(0, RETIRED);
  }

  /** Returns the cluster lock, for dropping it. */
  public LockRes metaLock() {
    return meta;
  }

  // --- the lock ---

  @Override
  public Held lock(LockMode mode) throws IOException {
    Lock mine = mode == LockMode.EX ? local.writeLock() : local.readLock();
    mine.lock();
    try {
      meta.lock(mode);
    } catch (IOException | RuntimeException e) {
      mine.unlock();
      throw e;
    }
    return () -> unlock(mine, mode);
  }

  /**
   * Asks the cluster for the lock of an inode that is being made, without waiting for it; what was
   * put into memory by {@link #adopt} counts as up to date then.
   */
  public void requestNew() throws IOException {
    meta.createNew(LockMode.EX);
  }

  private void unlock(Lock mine, LockMode mode) {
    if (mode == LockMode.EX && volume.journal() != null) {
      lastTransaction = volume.journal().runningTransactionId();
    }
    meta.unlock(mode);
    mine.unlock();
  }

  /** What the lock cache asks of an inode when its META lock comes and goes. */
  private final class MetaOps implements LockOps {
    @Override
    public void refresh(byte[] lvb) throws IOException {
      volume.awaitRecovery();
      cache.purge();
      extents = null;
      dirState = null;
      InodeAttrs old = attrs;
      var trusted = old == null ? null : MetaLvb.trusted(lvb, old.generation).orElse(null);
      if (trusted != null) {
        attrs = InodeAttrs.of(trusted, old.rdev);
        wiped = false;
        return;
      }
      Dinode dinode = dinodeView();
      if (!dinode.isValid()) {
        throw new ErrnoException(Errno.ESTALE, "inode " + block + " was deleted");
      }
      attrs = InodeAttrs.load(dinode);
      wiped = false;
    }

    @Override
    public boolean checkDownconvert(LockMode newLevel) {
      int last = lastTransaction;
      return last == 0 || volume.journal() == null || volume.journal().isCheckpointed(last);
    }

    @Override
    public void checkpoint() throws IOException {
      int last = lastTransaction;
      volume.journal().flush();
      if (last == lastTransaction) {
        lastTransaction = 0;
      }
    }

    @Override
    public boolean workerMayBlock() {
      return opens.isUnpublished();
    }

    @Override
    public UnblockAction downconvertWorker(LockMode blocking) {
      if (blocking == LockMode.EX) {
        try {
          opens.publish();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        if (lease.revoke()) {
          volume.attributesChanged(block);
        }
      }
      return UnblockAction.CONTINUE;
    }

    @Override
    public void setLvb(byte[] lvb) {
      InodeAttrs now = attrs;
      if (now == null || now.nlink == 0) {
        MetaLvb.packDeleted(lvb);
      } else {
        now.toLvb().pack(lvb);
      }
    }
  }

  // --- contents of the dinode ---

  @Override
  public MetaBuffer dinode() throws IOException {
    return cache.read(block);
  }

  /** Returns the dinode as a view; only while the lock is held. */
  public Dinode dinodeView() throws IOException {
    return Dinode.of(checkedDinode().data());
  }

  /** A dinode is checked once, when it comes from the disk. */
  private MetaBuffer checkedDinode() throws IOException {
    MetaBuffer buffer = dinode();
    if (buffer != checked) {
      volume.openDinode(buffer);
      checked = buffer;
    }
    return buffer;
  }

  /** Writes the attributes into the dinode. */
  public void store(Handle handle) throws IOException {
    MetaBuffer buffer = checkedDinode();
    handle.dirty(buffer);
    attrs.store(Dinode.of(buffer.data()));
  }

  /** Takes over what was written into a newly allocated dinode. */
  public void adopt(InodeAttrs fresh) {
    extents = null;
    dirState = null;
    attrs = fresh;
    wiped = false;
  }

  /** Stores the attributes with the times of a change of content. */
  public void touchModified(Handle handle) throws IOException {
    TimeSpec now = volume.now();
    attrs.mtime = now;
    attrs.ctime = now;
    store(handle);
  }

  /** Stores the attributes with the time of a change of status. */
  public void touchChanged(Handle handle) throws IOException {
    attrs.ctime = volume.now();
    store(handle);
  }

  /** Returns whether contents lie in the dinode itself. */
  public boolean isInline() {
    return (attrs.dynFeatures & InodeFlags.INLINE_DATA) != 0;
  }

  /** Returns how many bytes the dinode can hold. */
  public int inlineCapacity() throws IOException {
    return dinodeView().inlineCapacity();
  }

  /** Returns the dinode's own data area. */
  public InlineData inlineData() throws IOException {
    return dinodeView().inlineData();
  }

  /** Takes over the cluster count that the extent tree has stored. */
  public void reloadClusters() throws IOException {
    attrs.clusters = dinodeView().clusters();
  }

  /** Marks the dinode as free; the inode is gone for good. */
  public void wipe(Handle handle) throws IOException {
    store(handle);
    Dinode dinode = dinodeView();
    dinode.setDtime(volume.now().seconds());
    dinode.setFlags(dinode.flags() & ~(InodeFlags.VALID | InodeFlags.ORPHANED));
    wiped = true;
  }

  /** Returns whether the inode was freed, here. */
  public boolean isWiped() {
    return wiped;
  }

  /** Makes the flock(2) lock of one open file. */
  public FlockRes newFlock() {
    return volume.flock(block, attrs.generation);
  }

  /** Turns the dinode's data area into an empty extent list. */
  public void becomeExtents(Handle handle) throws IOException {
    handle.dirty(dinode());
    attrs.dynFeatures &= ~InodeFlags.INLINE_DATA;
    store(handle);
    dinodeView().initExtentList();
    extents = null;
  }

  /** Returns the extents of contents that are not inline. */
  public ExtentTree extents() throws IOException {
    ExtentTree tree = extents;
    if (tree == null) {
      tree = volume.extentTree(this);
      extents = tree;
    }
    return tree;
  }

  /** Returns what a directory keeps in memory as long as the lock stays; null at first. */
  public Object dirState() {
    return dirState;
  }

  /** Keeps something as long as the lock stays. */
  public void dirState(Object state) {
    dirState = state;
  }

  /** Returns the attributes as stat(2) shows them. */
  public Attr attr() {
    return attrs.toAttr(block, volume.geometry());
  }

  /**
   * Fails if the inode has no name left, so that nothing may be added to it.
   *
   * @throws ErrnoException ENOENT
   */
  public void checkLinked() throws ErrnoException {
    if (attrs.nlink == 0) {
      throw new ErrnoException(Errno.ENOENT, "inode " + block + " has no name");
    }
  }

  @Override
  public String toString() {
    return "inode " + block;
  }
}
