package org.lockstepfs.locks.o2dlm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.lockstepfs.locks.o2dlm.message.NodeInfo;

/**
 * What one engine needs to know of its domain and its node.
 *
 * @param nodeNumber this node, 0 to 254
 * @param domain name of the domain, in OCFS2 the volume's UUID as 32 hex digits; at most 64 bytes
 * @param incarnation number that differs at each start of the node; its low 24 bits go into lock
 *     cookies, so that a lock of a former life is never taken for one of this life
 * @param fsMajor major version of the file system's locking protocol
 * @param fsMinor highest minor version of the file system's locking protocol
 * @param regions names of the heartbeat regions, each at most 32 bytes, with global heartbeat;
 *     empty with local heartbeat. Must be equal on all nodes
 * @param nodes the configured nodes; must be equal on all nodes
 */
public record O2DlmConfig(
    int nodeNumber,
    String domain,
    long incarnation,
    int fsMajor,
    int fsMinor,
    List<String> regions,
    List<NodeInfo> nodes) {

  /** Checks ranges and copies the lists. */
  public O2DlmConfig {
    if (nodeNumber < 0 || nodeNumber >= NodeMap.MAX_NODES) {
      throw new IllegalArgumentException("node number " + nodeNumber + " is not 0..254");
    }
    int length = domain.getBytes(StandardCharsets.ISO_8859_1).length;
    if (length < 1 || length > 64) {
      throw new IllegalArgumentException("domain name of " + length + " bytes, not 1..64");
    }
    regions = List.copyOf(regions);
    nodes = List.copyOf(nodes);
  }

  /** Returns the o2net key of the domain's messages: see the other overload. */
  public int domainKey() {
    return domainKey(domain);
  }

  /**
   * Returns the o2net key of a domain: the kernel's {@code crc32_le(0, name, length)}.
   *
   * <p>Source: Linux fs/ocfs2/stack_o2cb.c, o2cb_cluster_connect.
   */
  public static int domainKey(String domain) {
    int crc = 0;
    for (byte b : domain.getBytes(StandardCharsets.ISO_8859_1)) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
      }
    }
    return crc;
  }
}
