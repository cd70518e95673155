package org.lockstepfs.blockdev.mkfs;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.lockstepfs.blockdev.format.BackupSuperblocks;
import org.lockstepfs.blockdev.format.ClusterInfo;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.FeatureSet;
import org.lockstepfs.blockdev.format.GroupDescriptor;

/**
 * A volume with everything settled.
 *
 * @param blockSize bytes
 * @param clusterSize bytes
 * @param clusters clusters of the volume
 * @param slots node slots
 * @param journalSize bytes per slot, whole clusters
 * @param extentGroups groups that each slot's extent allocator begins with
 * @param label empty for none
 * @param uuid the volume's identity
 * @param fsGeneration stamped into every metadata block
 * @param features feature words
 * @param cluster null for the classic stack, unnamed
 */
public record VolumePlan(
    int blockSize,
    int clusterSize,
    long clusters,
    int slots,
    long journalSize,
    int extentGroups,
    String label,
    UUID uuid,
    int fsGeneration,
    FeatureSet features,
    ClusterInfo cluster) {

  private static final int MIB = 1 << 20;

  /** Returns the blocks of a cluster. */
  public int blocksPerCluster() {
    return clusterSize / blockSize;
  }

  /** Returns the volume's blocks. */
  public long blocks() {
    return clusters * blocksPerCluster();
  }

  /** Returns the volume's bytes. */
  public long bytes() {
    return clusters * clusterSize;
  }

  /** Returns the clusters that hold so many bytes. */
  public int clustersFor(long bytes) {
    return Math.toIntExact((bytes + clusterSize - 1) / clusterSize);
  }

  /**
   * Returns the clusters of a full group of the global bitmap: as many bits as a block has room.
   */
  public int clustersPerGroup() {
    long bits = 8L * GroupDescriptor.bitmapSize(blockSize, false, false);
    return (int) Math.min(bits, clusters);
  }

  /** Returns the groups of the global bitmap. */
  public int groups() {
    return (int) ((clusters + clustersPerGroup() - 1) / clustersPerGroup());
  }

  /** Returns the clusters of a full group of an inode or extent allocator. */
  public int clustersPerSuballocGroup() {
    return suballocGroupBytes(blockSize) / clusterSize;
  }

  static int suballocGroupBytes(int blockSize) {
    return switch (blockSize) {
      case 512 -> MIB;
      case 1024 -> 2 * MIB;
      default -> 4 * MIB;
    };
  }

  /** Returns how many copies of the superblock there will be. */
  public int backupSuperblocks() {
    return has(Feature.BACKUP_SUPER) ? BackupSuperblocks.count(blocks(), blockSize) : 0;
  }

  /** Returns the UUID as it stands on disk, 16 bytes. */
  public byte[] uuidBytes() {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  /** Returns whether a feature is on. */
  public boolean has(Feature feature) {
    return features.has(feature);
  }

  /** Returns what mkfs.ocfs2 prints before it begins, one value a line. */
  public String summary() {
    int groupClusters = clustersPerGroup();
    long tail = clusters - (long) (groups() - 1) * groupClusters;
    long extentBytes = (long) extentGroups * clustersPerSuballocGroup() * clusterSize;
    return String.join(
        "\n",
        "Label: " + label,
        "Features: " + String.join(" ", features.names()),
        "Block size: " + blockSize + " (" + bits(blockSize) + " bits)",
        "Cluster size: " + clusterSize + " (" + bits(clusterSize) + " bits)",
        "Volume size: " + bytes() + " (" + clusters + " clusters) (" + blocks() + " blocks)",
        "Cluster groups: "
            + groups()
            + " (tail covers "
            + tail
            + " clusters, rest cover "
            + groupClusters
            + " clusters)",
        "Extent allocator size: " + extentBytes + " (" + extentGroups + " groups)",
        "Journal size: " + journalSize,
        "Node slots: " + slots);
  }

  private static int bits(int size) {
    return Integer.numberOfTrailingZeros(size);
  }
}
