package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged block gives an error that names block and field, for every block size. */
class CorruptionTest {
  private static final long BLKNO = 0x1_0000_0005L;
  private static final int GENERATION = 0xCAFEBABE;
  private static final SubAllocation WHERE = new SubAllocation(0, 4, 0);
  private static final int FILE_MODE = 0x81A4;
  private static final int DIR_MODE = 0x41ED;
  private static final int LINK_MODE = 0xA1FF;

  /** Breaks a block. */
  private interface Damage {
    void to(ByteBuffer block);
  }

  private static void refused(
      ByteBuffer block, Damage damage, ThrowingCallable open, String field) {
    assertThatCode(open).doesNotThrowAnyException();
    ByteBuffer saved = Blocks.allocate(block.capacity());
    saved.put(0, block, 0, block.capacity());
    damage.to(block);
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(
            CorruptBlockException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.block()).isEqualTo(BLKNO);
            });
    block.put(0, saved, 0, block.capacity());
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void dinode(int blockSize) {
    ByteBuffer b = Blocks.allocate(blockSize);
    Dinode di = Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE);
    ThrowingCallable open = () -> Dinode.open(b, BLKNO, GENERATION);
    refused(b, x -> x.put(3, (byte) 'X'), open, "i_signature");
    refused(b, x -> x.putLong(0x50, 5), open, "i_blkno");
    refused(b, x -> x.putInt(0x60, 1), open, "i_fs_generation");
    refused(b, x -> x.putShort(0x28, (short) 0x348), open, "i_mode");
    refused(b, x -> x.putLong(0x20, -1), open, "i_size");
    refused(b, x -> di.extents().setCount(ExtentList.perDinode(blockSize) + 1), open, "l_count");
    refused(b, x -> di.extents().setNextFree(di.extents().count() + 1), open, "l_next_free_rec");
    refused(b, x -> di.extents().setTreeDepth(900), open, "l_tree_depth");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void inlineDataAndSymlink(int blockSize) {
    ByteBuffer b = Blocks.allocate(blockSize);
    Dinode di = Dinode.init(b, BLKNO, GENERATION, 1, DIR_MODE, WHERE);
    di.initInlineData();
    di.setSize(di.inlineCapacity());
    ThrowingCallable open = () -> Dinode.open(b, BLKNO, GENERATION);
    refused(b, x -> di.setSize(di.inlineCapacity() + 1), open, "i_size");
    refused(b, x -> di.setClusters(1), open, "i_clusters");
    refused(b, x -> di.inlineData().setCount(blockSize), open, "id_count");

    Dinode link = Dinode.init(b, BLKNO, GENERATION, 1, LINK_MODE, WHERE);
    link.setFastSymlink(new byte[Dinode.fastSymlinkCapacity(blockSize)]);
    assertThat(link.fastSymlink()).hasSize(blockSize - 0xC0 - 1);
    refused(b, x -> link.setSize(blockSize), open, "i_size");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void systemFiles(int blockSize) {
    ByteBuffer b = Blocks.allocate(blockSize);
    ThrowingCallable open = () -> Dinode.open(b, BLKNO, GENERATION);
    Dinode di = Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE);
    di.setFlags(di.flags() | SystemFile.GLOBAL_BITMAP.flags());
    di.clearLastPart();
    di.chains().init(100, 1);
    refused(b, x -> x.putShort(0xC4, (short) 400), open, "cl_count");
    refused(b, x -> di.chains().setNextFree(di.chains().count() + 1), open, "cl_next_free_rec");
    refused(b, x -> x.putShort(0xC2, (short) 0), open, "cl_bpc");
    refused(b, x -> di.setBitmapUsed(1), open, "i_used");

    Dinode window = Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE);
    window.setFlags(window.flags() | SystemFile.LOCAL_ALLOC.flags());
    window.clearLastPart();
    window.localAlloc().init();
    assertThat(window.localAlloc().size()).isEqualTo(blockSize - 0xD0);
    refused(b, x -> x.putShort(0xC4, (short) blockSize), open, "la_size");
    refused(b, x -> window.setBitmapTotal(8L * blockSize), open, "i_total");

    Dinode log = Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE);
    log.setFlags(log.flags() | SystemFile.TRUNCATE_LOG.flags());
    log.clearLastPart();
    log.truncateLog().init();
    log.truncateLog().set(1, 0xFFFF_FFFFL, 7);
    assertThat(log.truncateLog().start(1)).isEqualTo(0xFFFF_FFFFL);
    refused(b, x -> x.putShort(0xC0, (short) blockSize), open, "tl_count");
    refused(b, x -> log.truncateLog().setUsed(log.truncateLog().count() + 1), open, "tl_used");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void extentBlock(int blockSize) {
    ByteBuffer b = Blocks.allocate(blockSize);
    ExtentBlock eb = ExtentBlock.init(b, BLKNO, GENERATION, WHERE);
    assertThat(eb.subAllocation()).isEqualTo(WHERE);
    ThrowingCallable open = () -> ExtentBlock.open(b, BLKNO, GENERATION);
    refused(b, x -> x.put(0, (byte) 0), open, "h_signature");
    refused(b, x -> x.putLong(0x18, 6), open, "h_blkno");
    refused(b, x -> x.putInt(0x14, 6), open, "h_fs_generation");
    refused(b, x -> eb.list().setCount(1 + eb.list().count()), open, "l_count");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void groupDescriptor(int blockSize) throws Exception {
    ByteBuffer b = Blocks.allocate(blockSize);
    GroupDescriptor gd = GroupDescriptor.init(b, BLKNO, GENERATION, 11, 256, 1000, 2);
    ThrowingCallable open = () -> GroupDescriptor.open(b, BLKNO, GENERATION, 11);
    refused(b, x -> x.put(1, (byte) 0), open, "bg_signature");
    refused(b, x -> x.putLong(0x28, 6), open, "bg_blkno");
    refused(b, x -> x.putInt(0x10, 6), open, "bg_generation");
    refused(b, x -> x.putLong(0x20, 6), open, "bg_parent_dinode");
    refused(b, x -> gd.setFreeBits(1001), open, "bg_free_bits_count");
    refused(b, x -> gd.setBits(2049), open, "bg_bits");
    refused(b, x -> x.putShort(0x08, (short) blockSize), open, "bg_size");

    gd.claim(5, 10);
    assertThat(gd.freeBits()).isEqualTo(989);
    assertThatThrownBy(() -> gd.claim(14, 1)).isInstanceOf(CorruptBlockException.class);
    gd.release(5, 10);
    assertThatThrownBy(() -> gd.release(5, 1)).isInstanceOf(CorruptBlockException.class);
    assertThatThrownBy(() -> gd.release(999, 2)).isInstanceOf(CorruptBlockException.class);
    assertThat(gd.freeBits()).isEqualTo(999);
    assertThat(gd.blockOf(7, 8)).isEqualTo(BLKNO + 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void discontiguousGroup(int blockSize) throws Exception {
    ByteBuffer b = Blocks.allocate(blockSize);
    GroupDescriptor gd = GroupDescriptor.init(b, BLKNO, GENERATION, 11, 256, 48, 0);
    gd.initList();
    assertThat(gd.isDiscontiguous()).isFalse();
    gd.list().set(0, 0, 4, BLKNO, 0);
    gd.list().set(1, 4, 2, 900, 0);
    gd.list().setNextFree(2);
    assertThat(gd.isDiscontiguous()).isTrue();
    assertThat(gd.blockOf(31, 8)).isEqualTo(BLKNO + 31);
    assertThat(gd.blockOf(33, 8)).isEqualTo(901);
    assertThatThrownBy(() -> gd.blockOf(48, 8)).isInstanceOf(CorruptBlockException.class);
    ThrowingCallable open = () -> GroupDescriptor.open(b, BLKNO, GENERATION, 11);
    refused(b, x -> gd.list().setCount(300), open, "l_count");
    refused(b, x -> gd.list().setTreeDepth(1), open, "l_tree_depth");
  }

  @Test
  void aDeletedInodeIsSeenAsSuch() throws Exception {
    ByteBuffer b = Blocks.allocate(512);
    Dinode di = Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE);
    assertThat(Dinode.open(b, BLKNO, GENERATION).isValid()).isTrue();
    di.setFlags(0);
    assertThat(Dinode.open(b, BLKNO, GENERATION).isValid()).isFalse();
  }

  @Test
  void garbageBehindAValidIdentityNeverEscapesAsAnythingElse() {
    Random random = new Random(11);
    byte[] garbage = new byte[512 - 0x64];
    for (int round = 0; round < 2000; round++) {
      ByteBuffer b = Blocks.allocate(512);
      Dinode.init(b, BLKNO, GENERATION, 1, FILE_MODE, WHERE).setFlags(random.nextInt() | 1);
      random.nextBytes(garbage);
      b.put(0x64, garbage);
      try {
        touch(Dinode.open(b, BLKNO, GENERATION));
      } catch (CorruptBlockException e) {
        assertThat(e.field()).isNotEmpty();
      }
    }
  }

  private static void touch(Dinode di) {
    if (di.hasFlags(InodeFlags.CHAIN)) {
      di.chains().total(Math.max(0, di.chains().nextFree() - 1));
    } else if (!di.hasInlineData() && di.extents().nextFree() > 0) {
      di.extents().find(17);
    }
  }
}
