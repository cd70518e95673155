package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtentListTest {
  private static final SubAllocation WHERE = new SubAllocation(3, 9, 4000);

  @ParameterizedTest
  @CsvSource({"512, 19, 28, 11", "1024, 51, 60, 43", "2048, 115, 124, 107", "4096, 243, 252, 235"})
  void capacityFollowsTheBlock(int blockSize, int dinode, int extentBlock, int group) {
    assertThat(ExtentList.perDinode(blockSize)).isEqualTo(dinode);
    assertThat(ExtentList.perExtentBlock(blockSize)).isEqualTo(extentBlock);
    assertThat(ExtentList.perGroupDescriptor(blockSize)).isEqualTo(group);
    ExtentBlock eb = ExtentBlock.init(Blocks.allocate(blockSize), 99, 7, WHERE);
    assertThat(eb.list().count()).isEqualTo(extentBlock);
    assertThat(eb.list().nextFree()).isZero();
  }

  @Test
  void inlineAttributesTakeSpaceFromTheDinodesList() {
    Dinode dinode = Dinode.init(Blocks.allocate(1024), 9, 1, 1, 0x81A4, WHERE);
    dinode.setXattrInlineSize(256);
    dinode.setDynFeatures(InodeFlags.INLINE_XATTR | InodeFlags.HAS_XATTR);
    assertThat(dinode.extentCapacity()).isEqualTo(51 - 16);
    assertThat(dinode.inlineCapacity()).isEqualTo(1024 - 0xC8 - 256);
  }

  @Test
  void leafAndInteriorRecordsDiffer() {
    ExtentList list = ExtentBlock.init(Blocks.allocate(512), 99, 7, WHERE).list();
    ExtentRecord leaf = new ExtentRecord(0xFFFF_FFF0L, 0xFFFF, 1L << 40, ExtentRecord.UNWRITTEN);
    list.set(0, leaf);
    assertThat(list.get(0)).isEqualTo(leaf);
    assertThatThrownBy(() -> list.set(1, 0, 0x1_0000, 5, 0))
        .isInstanceOf(IllegalArgumentException.class);

    list.setTreeDepth(2);
    ExtentRecord interior = new ExtentRecord(0, 0xFFFF_FFFFL, 1234, 0);
    list.set(1, interior);
    assertThat(list.get(1)).isEqualTo(interior);
  }

  @Test
  void findsTheRecordOfACluster() {
    ExtentList list = ExtentBlock.init(Blocks.allocate(512), 99, 7, WHERE).list();
    list.set(0, 0, 0, 0, 0);
    list.set(1, 10, 5, 100, 0);
    list.set(2, 20, 1, 200, 0);
    list.setNextFree(3);
    assertThat(list.find(9)).isEqualTo(-1);
    assertThat(list.find(10)).isEqualTo(1);
    assertThat(list.find(14)).isEqualTo(1);
    assertThat(list.find(15)).isEqualTo(-1);
    assertThat(list.find(20)).isEqualTo(2);
    assertThat(list.find(21)).isEqualTo(-1);
  }

  @Test
  void recordsMoveInBothDirections() {
    ExtentList list = ExtentBlock.init(Blocks.allocate(512), 99, 7, WHERE).list();
    for (int i = 0; i < 4; i++) {
      list.set(i, i, 1, 100 + i, 0);
    }
    list.move(0, 1, 4);
    assertThat(list.blkno(1)).isEqualTo(100);
    assertThat(list.blkno(4)).isEqualTo(103);
    list.move(2, 0, 3);
    assertThat(list.blkno(0)).isEqualTo(101);
    assertThat(list.blkno(2)).isEqualTo(103);
    assertThatThrownBy(() -> list.move(0, 27, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
