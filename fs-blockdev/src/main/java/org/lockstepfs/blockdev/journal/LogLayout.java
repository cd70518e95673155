package org.lockstepfs.blockdev.journal;

/**
 * Sizes that follow from a journal's block size and features.
 *
 * @param blockSize bytes
 * @param wide whether block numbers have 64 bits (feature 64BIT)
 */
record LogLayout(int blockSize, boolean wide) {

  int tagBytes() {
    return wide ? 12 : 8;
  }

  int revokeRecordBytes() {
    return wide ? Long.BYTES : Integer.BYTES;
  }

  /** As the kernel fills a descriptor: the first tag has a uuid, and room for one stays free. */
  int tagsPerDescriptor() {
    int afterFirst = blockSize - LogBlock.HEADER_BYTES - tagBytes() - LogBlock.UUID_BYTES;
    return 1 + (afterFirst - LogBlock.UUID_BYTES) / tagBytes();
  }

  /** Eight bytes each: a wide record, or a narrow one that {@link CommitWriter} writes twice. */
  int revokesPerBlock() {
    return (blockSize - LogBlock.REVOKE_RECORDS) / Long.BYTES;
  }

  /** Returns the number of log blocks that a transaction takes. */
  int logBlocks(int metadataBlocks, int revokes) {
    return metadataBlocks
        + divideUp(metadataBlocks, tagsPerDescriptor())
        + divideUp(revokes, revokesPerBlock())
        + 1;
  }

  private static int divideUp(int count, int unit) {
    return (count + unit - 1) / unit;
  }
}
