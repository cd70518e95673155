package org.lockstepfs.fuse.dlmfs;

import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.ctl.Leaf;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.fuse.dlmglue.LockOps;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.dlmglue.LockType;
import org.lockstepfs.fuse.dlmglue.LockWait;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockId;

/** A lock of a domain. */
final class LockFile implements Leaf, LockOps {
  private final Access access;
  private final LockRes lock;
  private final Object valueLock = new Object();
  private final Set<Holding> holdings = new HashSet<>();
  private byte[] value = new byte[Lksb.LVB_LENGTH];
  private LockMode wanted = NL;
  private int opening;
  private volatile boolean gone;

  LockFile(DlmGlue glue, LockId name, Access access) {
    this.access = access;
    this.lock = glue.lockRes(LockType.USER, name, this);
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public long size() {
    return Lksb.LVB_LENGTH;
  }

  /** Takes the lock: PR for reading, EX for writing; ETXTBSY if O_NONBLOCK would have to wait. */
  @Override
  public Open open(OpenMode how, BooleanSupplier interrupted) throws IOException {
    begin();
    try {
      LockMode mode = how.write() ? EX : PR;
      take(mode, how.nonblock(), interrupted);
      Holding made = new Holding(this, mode, how.append());
      synchronized (this) {
        holdings.add(made);
      }
      return made;
    } finally {
      synchronized (this) {
        opening--;
        notifyAll();
      }
    }
  }

  private synchronized void begin() throws ErrnoException {
    if (gone) {
      throw new ErrnoException(Errno.ENOENT, "lock " + lock.name() + " is removed");
    }
    opening++;
  }

  private void take(LockMode mode, boolean nonblock, BooleanSupplier interrupted)
      throws IOException {
    try {
      lock.attach();
      if (nonblock) {
        lock.settle();
        refuseIfOthersWait(mode);
        lock.lock(mode, LockWait.NOQUEUE);
      } else {
        lock.lock(mode, () -> gone || interrupted.getAsBoolean());
      }
    } catch (ErrnoException e) {
      giveBack();
      if (nonblock && e.errno() == Errno.EAGAIN) {
        throw new ErrnoException(Errno.ETXTBSY, e.getMessage());
      }
      throw e;
    }
  }

  /** Behind somebody here who waits a try would have to wait as well. */
  private synchronized void refuseIfOthersWait(LockMode mode) throws ErrnoException {
    if (opening > 1 && mode.strongerThan(lock.level())) {
      throw new ErrnoException(Errno.EAGAIN, "lock " + lock.name() + " is waited for");
    }
  }

  /** An open file was closed. */
  void closed(Holding holding) {
    synchronized (this) {
      if (!holdings.remove(holding)) {
        return;
      }
      lock.unlock(holding.mode());
      LockMode kept = kept();
      wanted = kept == NL || kept == wanted ? NL : wanted;
    }
    giveBack();
  }

  /** Returns the strongest mode that an open file needs. */
  private LockMode kept() {
    if (holdings.stream().anyMatch(h -> h.mode() == EX)) {
      return EX;
    }
    return holdings.isEmpty() ? NL : PR;
  }

  private void giveBack() {
    LockMode kept;
    synchronized (this) {
      kept = kept();
    }
    if (kept != EX) {
      lock.giveBack(kept);
    }
  }

  /** Returns whether another node waits for what is held here. */
  synchronized boolean isWanted() {
    return wanted != NL;
  }

  @Override
  public void blocked(LockMode by) {
    List<Holding> told;
    synchronized (this) {
      if (kept() == NL) {
        return;
      }
      wanted = by;
      told = new ArrayList<>(holdings);
    }
    told.forEach(Holding::wake);
  }

  @Override
  public void refresh(byte[] lvb) {
    synchronized (valueLock) {
      value = lvb == null ? null : lvb.clone();
    }
  }

  @Override
  public void setLvb(byte[] lvb) {
    synchronized (valueLock) {
      byte[] now = value == null ? new byte[lvb.length] : value;
      System.arraycopy(now, 0, lvb, 0, lvb.length);
    }
  }

  /** Returns the value as the last clean holder of EX left it; empty if nobody vouches for one. */
  byte[] value() {
    synchronized (valueLock) {
      return value == null ? new byte[0] : value.clone();
    }
  }

  /** Changes part of the value; the caller holds EX. */
  void value(byte[] data, int offset, int length) {
    synchronized (valueLock) {
      if (value == null) {
        value = new byte[Lksb.LVB_LENGTH];
      }
      System.arraycopy(data, 0, value, offset, length);
    }
  }

  synchronized boolean inUse() {
    return opening > 0 || !holdings.isEmpty();
  }

  /** Gives the lock up for good; EBUSY if it is held or waited for here. */
  void remove() throws IOException {
    synchronized (this) {
      if (inUse()) {
        throw new ErrnoException(Errno.EBUSY, "lock " + lock.name() + " is in use");
      }
      gone = true;
    }
    lock.drop();
  }

  /** Gives the lock up although it is in use; who waits for it is interrupted. */
  void removeByForce() throws IOException {
    gone = true;
    List<Holding> closing;
    synchronized (this) {
      awaitOpeners();
      closing = new ArrayList<>(holdings);
    }
    closing.forEach(this::closed);
    lock.drop();
  }

  private synchronized void awaitOpeners() throws IOException {
    try {
      while (opening > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while lock " + lock.name() + " is given up", e);
    }
  }
}
