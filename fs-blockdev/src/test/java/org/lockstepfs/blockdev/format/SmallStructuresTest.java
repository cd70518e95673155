package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallStructuresTest {
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void heartbeatIsSealed(int blockSize) {
    ByteBuffer block = Blocks.allocate(blockSize);
    HeartbeatBlock beat = HeartbeatBlock.of(block);
    assertThat(beat.isChecksumValid()).as("never written").isTrue();
    beat.write(1_700_000_000L, 254, 0xFEED_FACE_CAFE_BEEFL, 60_000);
    assertThat(beat.isChecksumValid()).isTrue();
    assertThat(beat.node()).isEqualTo(254);
    assertThat(beat.deadMs()).isEqualTo(60_000);
    assertThat(beat.seq()).isEqualTo(1_700_000_000L);
    assertThat(beat.generation()).isEqualTo(0xFEED_FACE_CAFE_BEEFL);
    for (int at = 0; at < blockSize; at += 3) {
      block.put(at, (byte) (block.get(at) ^ 4));
      assertThat(beat.isChecksumValid()).as("byte %d", at).isFalse();
      block.put(at, (byte) (block.get(at) ^ 4));
    }
  }

  /**
   * The common CRC-32 starts from all ones and inverts its result. A CRC is linear, so the sums of
   * two messages of one length differ by the uninverted, zero-seeded sum of their difference.
   */
  @Test
  void heartbeatChecksumIsTheUninvertedCrc32() {
    ByteBuffer block = Blocks.allocate(512);
    HeartbeatBlock beat = HeartbeatBlock.of(block);
    beat.write(1234567, 7, 99, 60_000);
    byte[] bytes = new byte[512];
    block.get(0, bytes);
    for (int i = 0x0C; i < 0x10; i++) {
      bytes[i] = 0;
    }
    assertThat(beat.checksum()).isEqualTo((int) (crc(bytes) ^ crc(new byte[512])));
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @ParameterizedTest
  @CsvSource({"true, 8, 63", "false, 2, 255"})
  void slotMapRemembersNodes(boolean extended, int width, int perBlock) {
    ByteBuffer data = Blocks.allocate(4096);
    SlotMap map = SlotMap.of(data, extended, 255);
    for (int slot = 0; slot < 255; slot++) {
      map.clear(slot);
    }
    assertThat(SlotMap.bytes(extended, 255)).isEqualTo(255 * width);
    assertThat(map.slotOf(0)).isEqualTo(SlotMap.EMPTY);
    map.set(9, 0);
    map.set(254, 77);
    assertThat(map.slotOf(0)).isEqualTo(9);
    assertThat(map.slotOf(77)).isEqualTo(254);
    assertThat(map.node(10)).isEqualTo(SlotMap.EMPTY);
    map.clear(9);
    assertThat(map.slotOf(0)).isEqualTo(SlotMap.EMPTY);
    assertThat(map.blockOf(perBlock, 512)).isZero();
    assertThatThrownBy(() -> map.node(255)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SlotMap.of(Blocks.allocate(256), true, 33))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void slotsOfAnExtendedMapSpreadOverBlocks() {
    SlotMap map = SlotMap.of(Blocks.allocate(4096), true, 255);
    assertThat(map.blockOf(63, 512)).isZero();
    assertThat(map.blockOf(64, 512)).isEqualTo(1);
    assertThat(map.blockOf(254, 512)).isEqualTo(3);
  }

  @Test
  void systemFilesAreNamedByTheFormat() {
    assertThat(SystemFile.GLOBAL_BITMAP.fileName(0)).isEqualTo("global_bitmap");
    assertThat(SystemFile.JOURNAL.fileName(7)).isEqualTo("journal:0007");
    assertThat(SystemFile.LOCAL_USER_QUOTA.fileName(254)).isEqualTo("aquota.user:0254");
    assertThat(SystemFile.ORPHAN_DIR.ordinal()).isEqualTo(7);
    assertThat(SystemFile.values()).hasSize(15);
  }

  @Test
  void featuresAreNamedAndUnknownOnesShown() {
    FeatureSet set = FeatureSet.of(EnumSet.of(Feature.SPARSE, Feature.XATTR, Feature.UNWRITTEN));
    assertThat(set.incompat()).isEqualTo(0x210);
    assertThat(set.names()).containsExactly("sparse", "xattr", "unwritten");
    FeatureSet odd = new FeatureSet(0, 0x210 | 0x100000, 0);
    FeatureSet supported = FeatureSet.of(List.of(Feature.SPARSE));
    assertThat(odd.missingFrom(supported, Feature.Kind.INCOMPAT))
        .containsExactly("xattr", "0x100000");
    assertThat(odd.missingFrom(supported, Feature.Kind.RO_COMPAT)).isEmpty();
  }

  @Test
  void typesMapBothWays() {
    for (FileType type : FileType.values()) {
      assertThat(FileType.ofCode(type.code())).isEqualTo(type);
      assertThat(FileType.ofMode(type.modeBits() | 0xFFF)).isEqualTo(type);
    }
    assertThat(FileType.ofCode(8)).isEqualTo(FileType.UNKNOWN);
    assertThat(FileType.ofMode(0xF000)).isEqualTo(FileType.UNKNOWN);
  }

  @Test
  void backupSuperblocksStandAtPowersOfFour() {
    assertThat(BackupSuperblocks.block(0, 4096)).isEqualTo(262_144);
    assertThat(BackupSuperblocks.block(5, 512)).isEqualTo((1L << 40) / 512);
    assertThat(BackupSuperblocks.count(262_144, 4096)).isZero();
    assertThat(BackupSuperblocks.count(262_145, 4096)).isEqualTo(1);
    assertThat(BackupSuperblocks.count(1L << 40, 4096)).isEqualTo(6);
  }

  @Test
  void linkCountUsesBothHalves() {
    Dinode di = Dinode.init(Blocks.allocate(512), 9, 1, 1, 0x41ED, new SubAllocation(0, 1, 0));
    di.setLinksCount(0x1_0002);
    assertThat(di.linksCount()).isEqualTo(0x1_0002);
    assertThat(di.block().getShort(0x2A)).isEqualTo((short) 2);
    assertThat(di.block().getShort(0x10)).isEqualTo((short) 1);
  }

  @Test
  void inlineDataStaysInItsArea() {
    Dinode di = Dinode.init(Blocks.allocate(512), 9, 1, 1, 0x81A4, new SubAllocation(0, 1, 0));
    di.initInlineData();
    InlineData data = di.inlineData();
    assertThat(data.count()).isEqualTo(512 - 0xC8);
    data.write(310, ByteBuffer.wrap(new byte[] {1, 2}));
    ByteBuffer back = ByteBuffer.allocate(3);
    data.read(309, back);
    assertThat(back.array()).containsExactly(0, 1, 2);
    data.zero(310, 311);
    assertThat(di.block().get(511)).isEqualTo((byte) 2);
    assertThatThrownBy(() -> data.write(311, ByteBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> data.zero(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void dirTrailerIsRecognised() throws Exception {
    ByteBuffer block = Blocks.allocate(1024);
    DirTrailer.init(block, 80, 40);
    DirBlock.of(block, 80, true).initEmpty();
    assertThat(DirTrailer.open(block, 80, 40).freeNext()).isZero();
    assertThat(DirBlock.of(block, 80, false).next(DirBlock.of(block, 80, false).at(0)).recLen())
        .as("who does not know the trailer sees an unused entry")
        .isEqualTo(DirTrailer.SIZE);
    assertThatThrownBy(() -> DirTrailer.open(block, 80, 41))
        .isInstanceOf(CorruptBlockException.class)
        .hasMessageContaining("db_parent_dinode");
  }

  @Test
  void bigEndianBlocksAreAProgrammingError() {
    assertThatThrownBy(() -> Dinode.of(Blocks.allocate(512).order(ByteOrder.BIG_ENDIAN)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
