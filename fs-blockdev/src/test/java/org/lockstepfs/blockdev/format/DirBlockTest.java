package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirBlockTest {
  private static final long BLKNO = 77;

  @Property(tries = 60)
  void agreesWithAMap(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    int blockSize = 512 << random.nextInt(4);
    boolean trailer = random.nextBoolean();
    DirBlock dir = DirBlock.of(Blocks.allocate(blockSize), BLKNO, trailer);
    dir.initDots(5, 6);
    Map<String, Long> model = new TreeMap<>(Map.of(".", 5L, "..", 6L));
    for (int step = 0; step < 200; step++) {
      String name = "f" + "x".repeat(random.nextInt(40)) + random.nextInt(30);
      DirEntry entry = dir.find(bytes(name));
      assertThat(entry != null).isEqualTo(model.containsKey(name));
      if (entry != null) {
        assertThat(entry.inode()).isEqualTo(model.get(name));
        dir.delete(entry);
        model.remove(name);
      } else {
        boolean room = dir.hasRoomFor(name.length());
        DirEntry added = dir.insert(bytes(name), 100 + step, FileType.FIFO);
        assertThat(added != null).isEqualTo(room);
        if (added != null) {
          assertThat(added.type()).isEqualTo(FileType.FIFO);
          model.put(name, 100L + step);
        }
      }
      assertThat(contents(dir)).isEqualTo(model);
      assertThat(coveredBytes(dir)).isEqualTo(blockSize - (trailer ? 64 : 0));
    }
  }

  @Test
  void holdsAsManyNamesAsFit() throws IOException {
    DirBlock dir = DirBlock.of(Blocks.allocate(512), BLKNO, false);
    dir.initEmpty();
    int count = 0;
    while (dir.insert(bytes("name" + (1000 + count)), 9, FileType.REGULAR) != null) {
      count++;
    }
    assertThat(count).isEqualTo(512 / DirEntry.recordLength(8));
    assertThat(dir.isEmpty()).isFalse();
  }

  @Test
  void aDirectoryWithDotsOnlyIsEmpty() throws IOException {
    DirBlock dir = DirBlock.of(Blocks.allocate(512), BLKNO, false);
    dir.initDots(5, 6);
    assertThat(dir.isEmpty()).isTrue();
    dir.delete(dir.insert(bytes("..."), 9, FileType.REGULAR));
    assertThat(dir.isEmpty()).isTrue();
  }

  @Test
  void findsItsPlaceAgainAfterTheBlockChanged() throws IOException {
    DirBlock dir = DirBlock.of(Blocks.allocate(512), BLKNO, false);
    dir.initDots(5, 6);
    DirEntry first = dir.insert(bytes("first"), 10, FileType.REGULAR);
    DirEntry second = dir.insert(bytes("second"), 11, FileType.REGULAR);
    dir.insert(bytes("third"), 12, FileType.REGULAR);
    int position = second.offset();
    dir.delete(second);
    assertThat(dir.atOrAfter(position).name()).isEqualTo(bytes("third"));
    assertThat(dir.atOrAfter(first.offset()).name()).isEqualTo(bytes("first"));
    assertThat(dir.atOrAfter(511)).isNull();
  }

  @Test
  void inlineEntriesMoveIntoABlock() throws IOException {
    ByteBuffer inode = Blocks.allocate(512);
    Dinode dinode = Dinode.init(inode, 40, 1, 1, 0x41ED, new SubAllocation(0, 1, 0));
    dinode.initInlineData();
    dinode.setSize(dinode.inlineCapacity());
    DirBlock inline = DirBlock.inline(dinode);
    inline.initDots(40, 6);
    inline.insert(bytes("file"), 50, FileType.REGULAR);

    ByteBuffer block = Blocks.allocate(512);
    block.put(0, inode, dinode.inlineData().dataOffset(), inline.length());
    DirBlock grown = DirBlock.of(block, BLKNO, false);
    grown.extendFrom(inline.length());
    assertThat(contents(grown)).isEqualTo(contents(inline));
    assertThat(coveredBytes(grown)).isEqualTo(512);
  }

  @ParameterizedTest
  @CsvSource({
    "8, smaller than minimal",
    "18, no multiple of 4",
    "16, too small for name_len 5",
    "500, overruns the block",
    "468, ends too close to the end",
  })
  void refusesWhatTheKernelRefuses(int recLen, String problem) throws IOException {
    ByteBuffer block = Blocks.allocate(512);
    DirBlock dir = DirBlock.of(block, BLKNO, false);
    dir.initDots(5, 6);
    DirEntry entry = dir.insert(bytes("entry"), 9, FileType.REGULAR);
    block.putShort(entry.offset() + DirEntry.REC_LEN, (short) recLen);
    assertThatThrownBy(() -> dir.find(bytes("other")))
        .isInstanceOf(CorruptBlockException.class)
        .hasMessageContainingAll("block 77", "rec_len", problem);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void garbageNeverEscapesAsAnythingElse(long seed) {
    Random random = new Random(seed);
    byte[] garbage = new byte[1024];
    for (int round = 0; round < 500; round++) {
      random.nextBytes(garbage);
      ByteBuffer block = Blocks.allocate(1024);
      block.put(0, garbage);
      DirBlock dir = DirBlock.of(block, BLKNO, false);
      try {
        dir.forEach(entry -> entry.name() != null);
        dir.insert(bytes("x"), 1, FileType.REGULAR);
      } catch (IOException e) {
        assertThat(e).isInstanceOf(CorruptBlockException.class);
      }
    }
  }

  private static Map<String, Long> contents(DirBlock dir) throws IOException {
    Map<String, Long> contents = new TreeMap<>();
    dir.forEach(
        entry ->
            contents.put(new String(entry.name(), StandardCharsets.US_ASCII), entry.inode())
                == null);
    return contents;
  }

  private static int coveredBytes(DirBlock dir) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    for (DirEntry entry = dir.atOrAfter(0); entry != null; entry = dir.next(entry)) {
      lengths.add(entry.recLen());
    }
    return lengths.stream().mapToInt(Integer::intValue).sum();
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
