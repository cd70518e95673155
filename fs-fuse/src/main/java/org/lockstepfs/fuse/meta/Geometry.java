package org.lockstepfs.fuse.meta;

/**
 * Sizes of a volume, fixed while it is mounted.
 *
 * @param blockSize bytes, 512 to 4096, a power of two
 * @param clusterSize bytes, 4 KiB to 1 MiB, a power of two
 * @param clusters clusters on the volume
 * @param fsGeneration stamped into every metadata block
 * @param incompat incompat feature bits of the superblock
 * @param roCompat ro-compat feature bits of the superblock
 */
public record Geometry(
    int blockSize, int clusterSize, long clusters, int fsGeneration, int incompat, int roCompat) {

  /** Returns log2 of the block size. */
  public int blockBits() {
    return Integer.numberOfTrailingZeros(blockSize);
  }

  /** Returns log2 of the cluster size. */
  public int clusterBits() {
    return Integer.numberOfTrailingZeros(clusterSize);
  }

  /** Returns the number of blocks in a cluster. */
  public int blocksPerCluster() {
    return clusterSize / blockSize;
  }

  /** Returns the first block of a cluster. */
  public long clusterToBlock(long cluster) {
    return cluster << (clusterBits() - blockBits());
  }

  /** Returns the cluster that holds a block. */
  public long blockToCluster(long block) {
    return block >> (clusterBits() - blockBits());
  }

  /** Returns how many clusters hold {@code bytes}, rounded up. */
  public long clustersFor(long bytes) {
    return (bytes + clusterSize - 1) >> clusterBits();
  }

  /** Returns how many blocks hold {@code bytes}, rounded up. */
  public long blocksFor(long bytes) {
    return (bytes + blockSize - 1) >> blockBits();
  }
}
