package org.lockstepfs.locks.plock;

/**
 * What an engine must know, and its bounds. A request beyond a bound ends with {@link
 * PlockResult#NO_LOCKS}.
 *
 * @param self this node's life
 * @param fsid identifies the volume; messages of another volume are refused
 * @param maxLocksPerFile ranges held in one file, all owners together
 * @param maxWaitersPerFile waiting requests on one file
 * @param maxFiles files of which this node knows the table or its owner
 * @param maxRequests requests of this node under way at other nodes
 * @param patience how many later requests may overtake a waiting one before they queue behind it
 * @param idleTicks calls of {@link PlockEngine#tick} after which an unused table is given up
 */
public record PlockConfig(
    PlockMember self,
    int fsid,
    int maxLocksPerFile,
    int maxWaitersPerFile,
    int maxFiles,
    int maxRequests,
    int patience,
    int idleTicks) {

  /** Returns the bounds used in production. */
  public static PlockConfig defaults(PlockMember self, int fsid) {
    return new PlockConfig(self, fsid, 65_536, 4_096, 1_000_000, 65_536, 16, 30);
  }
}
