package org.lockstepfs.fuse.dlmglue;

import java.util.function.LongSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.ProtocolVersion;

/**
 * A volume's lock cache: makes its {@link LockRes}es, receives the cluster's callbacks for them and
 * owns the downconvert thread.
 *
 * <p>For a cluster volume: make it, pass it to {@code StackGlue.connect} as the protocol, {@link
 * #start} it with the connection. For a volume of one node ({@code mkfs -M local}): {@link #local}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_dlm_init, lproto.
 */
public final class DlmGlue implements LockingProtocol, AutoCloseable {
  private final String volume;
  private final LongSupplier nanoTime;
  private final LocalFlocks localFlocks;
  private final LockStats[] stats = new LockStats[LockType.values().length];
  private volatile ClusterConnection connection;
  private volatile Downconverter downconverter;

  /**
   * Makes the lock cache of a cluster volume.
   *
   * @param volume the volume's name, for thread names and the log
   */
  public DlmGlue(String volume) {
    this(volume, System::nanoTime, false);
  }

  /** Makes the lock cache of a volume that only this node mounts: every lock is granted at once. */
  public static DlmGlue local(String volume) {
    return new DlmGlue(volume, System::nanoTime, true);
  }

  /**
   * Makes a lock cache.
   *
   * @param nanoTime a clock for the waiting times in {@link LockStats}
   * @param local whether only this node mounts the volume
   */
  public DlmGlue(String volume, LongSupplier nanoTime, boolean local) {
    this.volume = volume;
    this.nanoTime = nanoTime;
    for (LockType type : LockType.values()) {
      stats[type.ordinal()] = new LockStats();
    }
    this.localFlocks = local ? new LocalFlocks(stats(LockType.FLOCK), nanoTime) : null;
  }

  /**
   * Begins to serve locks on the connection that was opened with this protocol; before the first
   * lock is taken.
   */
  public void start(ClusterConnection newConnection) {
    if (isLocal() || connection != null) {
      throw new IllegalStateException(volume + " has its connection already or needs none");
    }
    downconverter = new Downconverter(volume);
    connection = newConnection;
  }

  /**
   * Makes a lock of this volume; the cluster hears of it when it is first taken. One name must have
   * one LockRes at a time: make the next one after the last one was dropped.
   */
  public LockRes lockRes(LockType type, LockId name, LockOps ops) {
    return new LockRes(this, type, name, ops);
  }

  /** Makes the flock(2) lock of one open file; {@link FlockRes#close} it with the file. */
  public FlockRes flockRes(long block, int generation) {
    LockId name = LockNames.of(LockType.FLOCK, block, generation);
    return isLocal() ? localFlocks.open(name) : new ClusterFlock(this, name);
  }

  /** Returns the figures of one type. */
  public LockStats stats(LockType type) {
    return stats[type.ordinal()];
  }

  /** Returns whether only this node mounts the volume. */
  public boolean isLocal() {
    return localFlocks != null;
  }

  /** Stops the threads; after all locks were dropped, before the connection is left. */
  @Override
  public void close() {
    if (downconverter != null) {
      downconverter.close();
    }
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  ClusterConnection connection() {
    return connection;
  }

  Downconverter downconverter() {
    return downconverter;
  }

  @Override
  public ProtocolVersion maxVersion() {
    return ProtocolVersion.OCFS2;
  }

  @Override
  public void lockAst(Lksb lksb) {
    ((LksbOwner) lksb.owner()).lockAst(lksb.status());
  }

  @Override
  public void blockingAst(Lksb lksb, LockMode wanted) {
    ((LksbOwner) lksb.owner()).blockingAst(wanted);
  }

  @Override
  public void unlockAst(Lksb lksb, Errno error) {
    ((LksbOwner) lksb.owner()).unlockAst(error);
  }

  /** Returns the volume's name. */
  @Override
  public String toString() {
    return volume;
  }
}
