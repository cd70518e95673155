package org.lockstepfs.blockdev.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.device.MemoryDevice;

@Timeout(30)
class LogRoundTripTest {
  private static final int BLOCKS = 1024;

  private static JournalSuperblock superblock(int blockSize, boolean wide) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    JournalSuperblock.format(block, BLOCKS, wide, new byte[16]);
    return JournalSuperblock.parse(block, "test");
  }

  @ParameterizedTest
  @CsvSource({"512,false", "512,true", "4096,false", "4096,true"})
  void aTransactionIsReadAsItWasWritten(int blockSize, boolean wide) throws IOException {
    JournalSuperblock superblock = superblock(blockSize, wide);
    MemoryDevice disk = new MemoryDevice(BLOCKS * blockSize, 512);
    LogFile file = LogFile.open(disk, blockSize, logical -> logical, superblock);
    LogRing ring = LogRing.of(superblock);
    LogLayout layout = superblock.layout();
    Transaction transaction = new Transaction(Integer.MAX_VALUE, 0);
    long base = wide ? 1L << 40 : 1L << 31;
    for (int i = 0; i < 520; i++) {
      byte[] image = new byte[blockSize];
      ByteBuffer.wrap(image).putInt(0, i % 3 == 0 ? LogBlock.MAGIC : i);
      transaction.images.put(base + i, image);
      transaction.revoked.add(base + 1000 + i);
    }
    transaction.logStart = BLOCKS - 300;
    new CommitWriter(file, ring, layout, new byte[16], Clock.systemUTC()).write(transaction);

    superblock.setTail(Integer.MAX_VALUE, transaction.logStart);
    LogReader reader = new LogReader(file, ring);
    LogScan scan = LogScan.run(reader, superblock, "test");
    assertThat(scan.transactions()).isEqualTo(1);
    assertThat(scan.endTid()).isEqualTo(Integer.MIN_VALUE);
    assertThat(scan.copies()).hasSize(520);
    for (LogScan.Copy copy : scan.copies()) {
      int first = ByteBuffer.wrap(transaction.images.get(copy.block())).getInt(0);
      assertThat(copy.escaped()).isEqualTo(first == LogBlock.MAGIC);
      assertThat(reader.block(copy.position()).getInt(0)).isEqualTo(copy.escaped() ? 0 : first);
      assertThat(scan.isRevoked(copy)).isFalse();
    }
    for (long block : transaction.revoked) {
      assertThat(scan.isRevoked(new LogScan.Copy(block, Integer.MAX_VALUE, 0, false))).isTrue();
      assertThat(scan.isRevoked(new LogScan.Copy(block, Integer.MIN_VALUE, 0, false))).isFalse();
    }
    int end = ring.advance(transaction.logStart, layout.logBlocks(520, 520) - 1);
    assertThat(LogBlock.type(reader.block(end))).isEqualTo(LogBlock.COMMIT);
  }

  @ParameterizedTest
  @CsvSource({"512,false", "1024,true", "2048,false", "4096,false", "4096,true"})
  void descriptorsTakeAsManyTagsAsTheKernels(int blockSize, boolean wide) {
    LogLayout layout = new LogLayout(blockSize, wide);
    int tags = 0;
    int left = blockSize - 12;
    do {
      left -= layout.tagBytes() + (tags == 0 ? 16 : 0);
      tags++;
    } while (left >= layout.tagBytes() + 16);
    assertThat(layout.tagsPerDescriptor()).isEqualTo(tags);
  }

  @Test
  void aSuperblockWithWhatWeDoNotKnowIsRefusedByName() throws IOException {
    ByteBuffer block = ByteBuffer.allocate(1024);
    JournalSuperblock.format(block, BLOCKS, false, new byte[16]);
    block.putInt(40, JournalSuperblock.INCOMPAT_REVOKE | 0x20);
    assertRefused(block, "fast_commit");
    block.putInt(40, 0x10);
    assertRefused(block, "csum_v3");
    block.putInt(40, 0x4000);
    assertRefused(block, "bit 14");
    block.putInt(40, 0).putInt(28, BLOCKS);
    assertRefused(block, "s_start");
    block.putInt(28, 0).putInt(16, 10);
    assertRefused(block, "s_maxlen");
    block.putInt(12, 4096);
    assertRefused(block, "s_blocksize");
    block.putInt(0, 0);
    assertRefused(block, "magic");
  }

  private static void assertRefused(ByteBuffer block, String reason) {
    assertThatThrownBy(() -> JournalSuperblock.parse(block, "disk"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("disk")
        .hasMessageContaining(reason);
  }

  /** A log of control blocks that chain around for ever, or that points outside the volume. */
  @Test
  void hostileLogsEnd() throws IOException {
    TestVolume volume = new TestVolume(1024);
    JournalSuperblock superblock =
        LogFile.readSuperblock(volume.disk, volume.blockSize, TestVolume::map);
    superblock.setTail(5, 1);
    LogFile file = LogFile.open(volume.disk, volume.blockSize, TestVolume::map, superblock);
    file.write(0, superblock.contents());
    for (int i = 1; i < TestVolume.JOURNAL_BLOCKS; i++) {
      ByteBuffer revoke = LogBlock.create(1024, LogBlock.REVOKE, 5);
      file.write(i, revoke.putInt(LogBlock.REVOKE_COUNT, LogBlock.REVOKE_RECORDS).clear());
    }
    assertThat(volume.replay(volume.disk.copy()).transactions()).isZero();

    ByteBuffer descriptor = LogBlock.create(1024, LogBlock.DESCRIPTOR, 5);
    descriptor.putInt(12, TestVolume.BLOCKS).putInt(16, LogBlock.FLAG_LAST_TAG);
    file.write(1, descriptor.clear());
    file.write(3, LogBlock.create(1024, LogBlock.COMMIT, 5));
    assertThatThrownBy(() -> volume.replay(volume.disk))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("names block " + TestVolume.BLOCKS);
  }
}
