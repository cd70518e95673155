package org.lockstepfs.blockdev.mkfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.format.Feature;

class MkfsOptionsTest {
  /** Applies one option to a builder. */
  private static MkfsOptions.Builder apply(MkfsOptions.Builder b, String option, String value)
      throws IOException {
    return switch (option) {
      case "b" -> b.blockSize(value);
      case "C" -> b.clusterSize(value);
      case "N" -> b.slots(Integer.parseInt(value));
      case "J" -> b.journalOptions(value);
      case "L" -> b.label(value);
      case "U" -> b.uuid(value);
      case "M" -> b.mountType(value);
      case "features" -> b.features(value);
      case "stack" -> b.clusterStack(value);
      case "name" -> b.clusterName(value);
      default -> b.blocks(Long.parseLong(value));
    };
  }

  @ParameterizedTest
  @CsvSource({
    "b, 3000, block size: 3000 is not a power of two",
    "b, 256, from 512 to 4096",
    "b, 8K, from 512 to 4096",
    "b, x, is not a size",
    "C, 2K, from 4096 to 1048576",
    "C, 2M, from 4096 to 1048576",
    "C, 999999999999T, is too large",
    "N, 0, not from 1 to 255",
    "N, 256, not from 1 to 255",
    "J, size=1M, at least 4194304 bytes",
    "J, block64, is not size=SIZE",
    "L, 0123456789012345678901234567890123456789012345678901234567890123, shorter than 64",
    "U, 2A4D1C58, invalid UUID",
    "U, XX4D1C581FAA42A1A41D26EFC90C1315, invalid UUID",
    "M, both, neither local nor cluster",
    "features, foo, unsupported feature: foo",
    "features, nofoo, unsupported feature: nofoo",
    "features, nostrict-journal-super, unsupported feature",
    "features, userspace-stack, unsupported feature",
    "features, xattr, cannot be written yet",
    "features, metaecc, cannot be written yet",
    "features, clusterinfo, needs a cluster stack",
    "features, 'nosparse,unwritten', conflicting features",
    "features, 'local,nolocal', conflicting features",
    "stack, o2cb5, not a label of 4 characters",
    "stack, o2cb, go together",
    "name, demo, go together",
    "name, 01234567890123456, 1 to 16 bytes",
    "blocks, 0, is not positive",
  })
  void refusesInOneLine(String option, String value, String message) {
    assertThatThrownBy(() -> apply(MkfsOptions.builder(), option, value).build())
        .isInstanceOf(MkfsException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void localVolumesHaveNoCluster() throws IOException {
    MkfsOptions.Builder options =
        MkfsOptions.builder().mountType("local").clusterStack("o2cb").clusterName("demo");
    assertThatThrownBy(options::build).hasMessageContaining("local volume");
    assertThatThrownBy(MkfsOptions.builder().clusterStack("o2cb").clusterName("a-b")::build)
        .hasMessageContaining("letters and digits");
    assertThatThrownBy(
            MkfsOptions.builder().clusterStack("pcmk").clusterName("a").globalHeartbeat(true)
                ::build)
        .hasMessageContaining("global heartbeat");
  }

  @Test
  void takesBothSpellingsOfAUuid() throws IOException {
    String plain = "2A4D1C581FAA42A1A41D26EFC90C1315";
    assertThat(MkfsOptions.builder().uuid(plain).build().uuid())
        .isEqualTo(
            MkfsOptions.builder().uuid("2a4d1c58-1faa-42a1-a41d-26efc90c1315").build().uuid());
  }

  @Test
  void featuresFollowFromEachOther() throws IOException {
    MkfsOptions options = MkfsOptions.builder().features("nosparse,noxattr").build();
    assertThat(options.features())
        .doesNotContain(Feature.SPARSE, Feature.UNWRITTEN)
        .contains(Feature.APPEND_DIO, Feature.INLINE_DATA);
    options =
        MkfsOptions.builder()
            .features("noextended-slotmap")
            .clusterStack("o2cb")
            .clusterName("demo")
            .build();
    assertThat(options.features()).contains(Feature.CLUSTERINFO, Feature.EXTENDED_SLOT_MAP);
    options =
        MkfsOptions.builder()
            .features("clusterinfo")
            .clusterStack("pcmk")
            .clusterName("demo")
            .build();
    assertThat(options.features())
        .contains(Feature.CLUSTERINFO)
        .doesNotContain(Feature.USERSPACE_STACK);
  }
}
