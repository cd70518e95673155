package org.lockstepfs.fuse.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.fuse.meta.Geometry;

class WindowSizeTest {
  private long now;

  private WindowSize size(int blockSize, int clusterSize, long megabytes, int slots) {
    long clusters = (megabytes << 20) / clusterSize;
    return new WindowSize(
        new Geometry(blockSize, clusterSize, clusters, 1, 0, 0), slots, () -> now);
  }

  /** The kernel's own table: 8 MB for small groups, most of a group, 256 MB for large ones. */
  @ParameterizedTest
  @CsvSource({
    "512, 4096, 100000, 4, 8",
    "1024, 4096, 100000, 4, 8",
    "4096, 4096, 100000, 4, 108",
    "4096, 8192, 100000, 4, 236",
    "4096, 1048576, 1000000, 4, 256",
    "4096, 4096, 64, 4, 16",
  })
  void defaultMegabytes(int blockSize, int clusterSize, long volume, int slots, long expected) {
    long bits = size(blockSize, clusterSize, volume, slots).bits();
    assertThat((bits * clusterSize) >> 20).isEqualTo(expected);
  }

  @Test
  void shrinksThenSwitchesOffThenComesBack() {
    WindowSize size = size(4096, 4096, 100_000, 4);
    int full = size.bits();
    size.tooLarge();
    assertThat(size.bits()).isEqualTo(full / 2);
    for (int i = 0; i < 10; i++) {
      size.tooLarge();
    }
    assertThat(size.bits()).isZero();
    now += 31_000_000_000L;
    assertThat(size.bits()).isEqualTo(full);
    size.tooLarge();
    size.restore();
    assertThat(size.bits()).isEqualTo(full);
  }
}
