package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.List;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.FeatureSet;
import org.lockstepfs.blockdev.format.Superblock;

/** Which features of a volume this version can serve. */
final class FeatureCheck {
  private static final FeatureSet SUPPORTED =
      FeatureSet.of(
          List.of(
              Feature.BACKUP_SUPER,
              Feature.STRICT_JOURNAL_SUPER,
              Feature.LOCAL,
              Feature.SPARSE,
              Feature.INLINE_DATA,
              Feature.USERSPACE_STACK,
              Feature.EXTENDED_SLOT_MAP,
              Feature.DISCONTIG_BG,
              Feature.CLUSTERINFO,
              Feature.APPEND_DIO,
              Feature.UNWRITTEN));

  private FeatureCheck() {}

  /**
   * Refuses a volume that cannot be served at all.
   *
   * @throws IOException that names the features
   */
  static void check(Superblock superblock, String device) throws IOException {
    List<String> missing = superblock.features().missingFrom(SUPPORTED, Feature.Kind.INCOMPAT);
    if (!missing.isEmpty()) {
      throw new IOException(
          device + " uses features that are not supported: " + String.join(", ", missing));
    }
  }

  /** Returns whether the volume has features with which it can only be read. */
  static boolean readsOnly(Superblock superblock) {
    return !superblock.features().missingFrom(SUPPORTED, Feature.Kind.RO_COMPAT).isEmpty();
  }
}
