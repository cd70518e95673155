package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of {@code struct o2hb_disk_heartbeat_block}. */
class HeartbeatBlockTest {

  /** The kernel's crc32_le(0, ...), bit by bit. */
  private static int crc32Le(byte[] bytes) {
    int crc = 0;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
      }
    }
    return crc;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void everyFieldIsInItsPlace(int blockSize) {
    ByteBuffer block =
        HeartbeatBlock.make(blockSize, 0x1122334455667788L, 254, 0x99aabbccddeeff01L, 62_000);
    byte[] bytes = new byte[blockSize];
    block.duplicate().get(bytes);
    String head = HexFormat.of().formatHex(bytes, 0, 28);
    assertThat(head.substring(0, 24)).isEqualTo("8877665544332211" + "fe" + "000000");
    assertThat(head.substring(32)).isEqualTo("01ffeeddccbbaa99" + "30f20000");
    assertThat(HexFormat.of().formatHex(bytes, 28, blockSize)).matches("0*");
    int checksum = HeartbeatBlock.read(block).checksum();
    for (int i = 12; i < 16; i++) {
      bytes[i] = 0;
    }
    assertThat(checksum).isEqualTo(crc32Le(bytes)).isNotZero();
  }

  @Test
  void readsWhatItMade() {
    ByteBuffer block = HeartbeatBlock.make(512, 5, 6, 7, 8);
    HeartbeatBlock read = HeartbeatBlock.read(block);
    assertThat(read).isEqualTo(new HeartbeatBlock(5, 6, read.checksum(), 7, 8));
    assertThat(HeartbeatBlock.valid(block)).isTrue();
  }

  @Test
  void anyFlippedBitIsFound() {
    for (int bit = 0; bit < 512 * 8; bit += 7) {
      ByteBuffer block = HeartbeatBlock.make(512, 5, 6, 7, 8);
      block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));
      assertThat(HeartbeatBlock.valid(block)).as("bit %d", bit).isFalse();
    }
  }

  /** The check sum of a block of zeros is zero: an unused block is valid, and says generation 0. */
  @Test
  void anUnusedBlockHasLeft() {
    ByteBuffer block = ByteBuffer.allocate(512);
    assertThat(HeartbeatBlock.valid(block)).isTrue();
    assertThat(HeartbeatBlock.read(block).generation()).isZero();
  }
}
