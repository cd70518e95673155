package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which feature bit makes a cluster's name count, from and to each kind; as o2cluster sets it. */
class ClusterStampTest {
  @ParameterizedTest
  @CsvSource({
    ", o2cb, CLUSTERINFO",
    ", pcmk, USERSPACE_STACK",
    "USERSPACE_STACK, o2cb, CLUSTERINFO",
    "USERSPACE_STACK, pcmk, USERSPACE_STACK",
    "CLUSTERINFO, o2cb, CLUSTERINFO",
    "CLUSTERINFO, pcmk, CLUSTERINFO"
  })
  void followsTheTools(Feature before, String stack, Feature after) {
    Set<Feature> features =
        EnumSet.of(Feature.SPARSE, Feature.EXTENDED_SLOT_MAP, Feature.BACKUP_SUPER);
    Superblock superblock = Superblock.init(Blocks.allocate(4096), 7, 12, 12, 4);
    FeatureSet expected = with(features, after);
    superblock.setFeatures(before == null ? FeatureSet.of(features) : with(features, before));
    ClusterInfo info = new ClusterInfo(stack, 0, "name");
    superblock.stampCluster(info);
    assertThat(superblock.features()).isEqualTo(expected);
    assertThat(superblock.clusterInfo()).isEqualTo(info);
  }

  private static FeatureSet with(Set<Feature> features, Feature one) {
    Set<Feature> all = EnumSet.copyOf(features);
    all.add(one);
    return FeatureSet.of(all);
  }
}
