package org.lockstepfs.locks.fsdlm;

import java.nio.charset.StandardCharsets;

/**
 * What one engine needs to know of itself.
 *
 * @param node this node's number, 0 to {@value Member#MAX_NODE}
 * @param incarnation this life of the node, as its {@link Member} says
 * @param lockspace name, in OCFS2 the volume's UUID as 32 hex digits; 1 to 64 bytes
 */
public record FsDlmConfig(int node, long incarnation, String lockspace) {
  /** Checks ranges. */
  public FsDlmConfig {
    if (node < 0 || node > Member.MAX_NODE) {
      throw new IllegalArgumentException("node number " + node + " is not 0.." + Member.MAX_NODE);
    }
    int length = lockspace.getBytes(StandardCharsets.ISO_8859_1).length;
    if (length < 1 || length > 64) {
      throw new IllegalArgumentException("lockspace name of " + length + " bytes, not 1..64");
    }
  }
}
