package org.lockstepfs.stack.glue;

import java.io.Closeable;
import java.io.IOException;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackGlue.VolumeIdentity;

/** A loaded plug-in ({@code struct ocfs2_stack_operations}). */
public interface StackOperations extends Closeable {

  /**
   * As {@link StackGlue#connect}; label and references have been seen to.
   *
   * @throws IOException with a one-line reason
   */
  ClusterConnection connect(
      VolumeIdentity volume,
      HeartbeatRegion region,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws IOException;

  /**
   * As {@link StackGlue#connectAgnostic}; references have been seen to.
   *
   * @throws IOException with a one-line reason
   */
  ClusterConnection connectAgnostic(
      String domain, LockingProtocol protocol, RecoveryHandler recovery) throws IOException;

  /**
   * As {@link StackGlue#heartbeat}; label and references have been seen to.
   *
   * @throws IOException with a one-line reason
   */
  Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) throws IOException;

  /** Returns what there is to show; cheap, any thread. */
  StackStatus status();

  /** Leaves the cluster; all connections are gone. */
  @Override
  void close();
}
