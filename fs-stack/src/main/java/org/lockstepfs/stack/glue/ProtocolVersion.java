package org.lockstepfs.stack.glue;

/**
 * Version of the file system's locking protocol. Nodes with equal major versions work together at
 * the lowest running minor version.
 */
public record ProtocolVersion(int major, int minor) {

  /** OCFS2's locking protocol as Linux 6.1 speaks it (dlmglue.c, lproto). */
  public static final ProtocolVersion OCFS2 = new ProtocolVersion(1, 0);

  /**
   * Returns whether a node that can speak this version may join where {@code running} is spoken.
   */
  public boolean canJoin(ProtocolVersion running) {
    return major == running.major && minor >= running.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
