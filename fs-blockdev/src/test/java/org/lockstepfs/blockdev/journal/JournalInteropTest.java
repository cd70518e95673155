package org.lockstepfs.blockdev.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.blockdev.mkfs.Tool;

/** What this journal leaves behind is read by debugfs.ocfs2 and replayed by fsck.ocfs2. */
@Timeout(120)
class JournalInteropTest {
  private static final long IMAGE_BYTES = 200L << 20;
  private static final int JOURNAL_FLAGS = 0xB8;

  @TempDir Path dir;

  private Path image;
  private int blockSize;
  private long inode;
  private long journalStart;

  /** What blocks in free space must hold after the replay: first word and the others. */
  private final Map<Long, int[]> expected = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void fsckReplaysWhatWeCommitted(int size) throws IOException {
    assumeTrue(Tool.installed(), "ocfs2-tools");
    blockSize = size;
    format();
    try (DirectDevice device = DirectDevice.open(image.toString(), false)) {
      runTransactions(device);
    }
    markDirty();
    Path ours = Files.copy(image, dir.resolve("ours.img"));

    assertThat(Tool.debugfs(image, "logdump 0").output())
        .contains("JBD2_COMMIT_BLOCK", "JBD2_REVOKE_BLOCK", "JBD2_DESCRIPTOR_BLOCK");
    // Where no cluster stack runs, fsck.ocfs2 1.8.7 stops after the replay and wants a second run.
    Tool replay = Tool.run("fsck.ocfs2", List.of("-fy", image.toString()));
    assertThat(replay.output()).contains("Slot 0's journal replayed successfully");
    checkContents(image);
    Tool fsck = Tool.run("fsck.ocfs2", List.of("-fy", image.toString()));
    assertThat(fsck.status()).as(fsck.output()).isZero();
    assertThat(Tool.fsck(image).status()).isZero();

    try (DirectDevice device = DirectDevice.open(ours.toString(), false)) {
      JournalReplay.Result result = JournalReplay.replay(device, blockSize, this::map);
      assertThat(result.transactions()).isEqualTo(4);
      assertThat(result.revoked()).isEqualTo(6);
    }
    checkContents(ours);
  }

  private void format() throws IOException {
    image = dir.resolve("volume.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    List<String> arguments =
        List.of(
            "-q",
            "-x",
            "-F",
            "-M",
            "local",
            "-N",
            "2",
            "-C",
            "4096",
            "-J",
            "size=4M",
            "-b",
            String.valueOf(blockSize),
            image.toString());
    assertThat(Tool.run("mkfs.ocfs2", arguments).status()).isZero();
    Tool stat = Tool.debugfs(image, "stat //journal:0000");
    inode = stat.number("Inode: (\\d+)");
    journalStart = stat.number("^\\s+0\\s+0\\s+\\d+\\s+(\\d+)");
  }

  private long map(long logical) {
    return journalStart + logical;
  }

  private long freeBlock(int i) {
    return IMAGE_BYTES / blockSize / 4 * 3 + i;
  }

  private void runTransactions(BlockDevice device) throws IOException {
    JbdJournal journal = JbdJournal.open(device, blockSize, this::map, Clock.systemUTC());
    Random random = new Random(blockSize);
    // Once nearly around the log, so that the last transactions lie across its end.
    int lap = (int) (journal.stats().logBlocks() * 0.99);
    while (journal.stats().loggedBlocks() < lap) {
      change(journal, 1000, journal.maxHandleBlocks() / 2, random);
      journal.flush();
    }
    change(journal, 0, journal.stats().logBlocks() / 20, random);
    journal.commit();
    change(journal, 10, 60, random);
    journal.commit();
    try (Handle handle = journal.start(3)) {
      for (int i = 20; i < 23; i++) {
        handle.forget(freeBlock(i));
      }
    }
    journal.commit();
    for (int i = 20; i < 23; i++) {
      writeData(device, freeBlock(i));
    }
    change(journal, 200, 10, random);
    journal.commit();
    try (Handle handle = journal.start(1)) {
      MetaBuffer lost = buffer(freeBlock(5000));
      handle.dirty(lost);
      TestVolume.fill(lost, 1, 1);
      expected.put(lost.block(), new int[] {0, 0});
    }
  }

  private void change(JbdJournal journal, int from, int count, Random random) throws IOException {
    try (Handle handle = journal.start(count)) {
      for (int i = 0; i < count; i++) {
        MetaBuffer buffer = buffer(freeBlock(from + i));
        handle.dirty(buffer);
        int[] words = {i % 5 == 0 ? LogBlock.MAGIC : 3, random.nextInt()};
        TestVolume.fill(buffer, words[0], words[1]);
        expected.put(buffer.block(), words);
      }
    }
  }

  private MetaBuffer buffer(long block) {
    return new MetaBuffer(block, ByteBuffer.allocate(blockSize));
  }

  private void writeData(BlockDevice device, long block) throws IOException {
    MetaBuffer data = buffer(block);
    TestVolume.fill(data, 8, 9);
    device.write(block * blockSize, data.data().duplicate().clear());
    expected.put(block, new int[] {8, 9});
  }

  private void markDirty() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(inode * blockSize + JOURNAL_FLAGS);
      file.write(1);
    }
  }

  private void checkContents(Path file) throws IOException {
    try (DirectDevice device = DirectDevice.open(file.toString(), true)) {
      ByteBuffer block = ByteBuffer.allocate(blockSize).order(ByteOrder.BIG_ENDIAN);
      for (Map.Entry<Long, int[]> entry : expected.entrySet()) {
        device.read(entry.getKey() * blockSize, block.clear());
        assertThat(block.getInt(0)).as("block %d", entry.getKey()).isEqualTo(entry.getValue()[0]);
        assertThat(block.getInt(blockSize - 4)).isEqualTo(entry.getValue()[1]);
      }
    }
  }
}
