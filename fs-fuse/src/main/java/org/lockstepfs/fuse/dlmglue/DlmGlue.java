package org.lockstepfs.fuse.dlmglue;

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
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_dlm_init, ocfs2_downconvert_thread.
 */
public final class DlmGlue implements LockingProtocol, AutoCloseable {

  /**
   * Makes the lock cache of a cluster volume.
   *
   * @param volume the volume's name, for thread names and the log
   */
  public DlmGlue(String volume) {}

  private ClusterConnection connection;

  /** Makes the lock cache of a volume that only this node mounts: every lock is granted at once. */
  public static DlmGlue local(String volume) {
    return new DlmGlue(volume);
  }

  /** Begins to serve locks on the connection that was opened with this protocol. */
  public void start(ClusterConnection newConnection) {
    connection = newConnection;
  }

  /**
   * Makes a lock of this volume; the cluster hears of it when it is first taken. One name must have
   * one LockRes at a time.
   */
  public LockRes lockRes(LockType type, LockId name, LockOps ops) {
    return new LockRes(type, name);
  }

  /** Makes the flock(2) lock of one open file. */
  public FlockRes flockRes(long block, int generation) {
    return null;
  }

  /** Returns the figures of one type. */
  public LockStats stats(LockType type) {
    return null;
  }

  /** Stops the threads, after all locks were dropped and before the connection is left. */
  @Override
  public void close() {}

  @Override
  public ProtocolVersion maxVersion() {
    return connection == null ? ProtocolVersion.OCFS2 : connection.protocolVersion();
  }

  @Override
  public void lockAst(Lksb lksb) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void blockingAst(Lksb lksb, LockMode wanted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unlockAst(Lksb lksb, Errno error) {
    throw new UnsupportedOperationException();
  }
}
