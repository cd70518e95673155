package org.lockstepfs.stack.config;

/**
 * Keys of the cluster stanza that only Lockstep knows; the OCFS2 tools pass over them.
 *
 * @param timing the profile that all nodes use, key {@code timing}: {@code fast} (default) or
 *     {@code ocfs2}, the kernel's
 * @param hazelcast whether members find each other through Hazelcast, key {@code membership}:
 *     {@code hazelcast} (default), or {@code static} for clusters with kernel nodes, where the
 *     configuration alone says who they are
 * @param stack label of the cluster stack that nodes start with, key {@code stack}: 4 characters,
 *     default {@code o2cb}; any other selects the user stack
 * @param externalPlocks whether volumes on the user stack leave byte-range locks to another
 *     program, key {@code plock}: {@code internal} (default) or {@code external}
 * @param fencing how silent nodes are fenced from outside
 * @param expectedVotes how many votes there are if nodes of a user stack know of each other by
 *     beats over the network, keys {@code quorum = votes} and {@code expected_votes} (default: the
 *     number of nodes); 0 if by heartbeats on the disk, {@code quorum = disk} (default)
 */
public record Tuning(
    String timing,
    boolean hazelcast,
    String stack,
    boolean externalPlocks,
    Fencing fencing,
    int expectedVotes) {
  /** Returns whether liveness and quorum go by votes, and nothing is written to the disk for it. */
  public boolean byVotes() {
    return expectedVotes > 0;
  }

  /** What holds for files without these keys. */
  public static final Tuning DEFAULT = new Tuning("fast", true, "o2cb", false, Fencing.NONE, 0);
}
