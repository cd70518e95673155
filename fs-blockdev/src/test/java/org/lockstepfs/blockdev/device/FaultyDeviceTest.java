package org.lockstepfs.blockdev.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.sys.ErrnoException;

@Timeout(30)
class FaultyDeviceTest {
  private static final int SECTOR = 512;

  @Test
  void flushedWritesSurviveEveryCrashAndOthersSurviveInAnyCombination() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 1000; seed++) {
      MemoryDevice disk = new MemoryDevice(8 * SECTOR, SECTOR);
      FaultyDevice device = new FaultyDevice(disk, new Random(seed));
      device.write(0, filled(SECTOR, 1));
      device.flush();
      device.write(SECTOR, filled(2 * SECTOR, 2));
      device.write(3 * SECTOR, filled(SECTOR, 3));
      device.write(3 * SECTOR, filled(SECTOR, 4));
      assertThat(first(device, 3)).isEqualTo(4);
      device.crash();
      assertThatThrownBy(() -> first(device, 0)).isInstanceOf(IOException.class);
      device.restart();
      assertThat(first(device, 0)).isEqualTo(1);
      outcomes.add("" + first(device, 1) + first(device, 2) + first(device, 3));
    }
    assertThat(outcomes).contains("000", "003", "004", "220", "223", "224", "200", "020", "024");
    assertThat(outcomes).hasSize(12);
  }

  @Test
  void errorsAndBitFlipsComeAtTheirRates() throws IOException {
    FaultyDevice device = new FaultyDevice(new MemoryDevice(SECTOR, SECTOR), new Random(7));
    device.setWriteErrorRate(1);
    assertThatThrownBy(() -> device.write(0, filled(SECTOR, 1)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    assertThatThrownBy(device::flush).isInstanceOf(ErrnoException.class);
    device.setWriteErrorRate(0);
    device.write(0, filled(SECTOR, 0));
    device.setBitFlipRate(1);
    ByteBuffer back = ByteBuffer.allocate(SECTOR);
    device.read(0, back);
    int bits = 0;
    for (byte b : back.array()) {
      bits += Integer.bitCount(b & 0xff);
    }
    assertThat(bits).isEqualTo(1);
  }

  @Test
  void aRecordingRebuildsTheDiskAtEveryCut() throws IOException {
    MemoryDevice disk = new MemoryDevice(4 * SECTOR, SECTOR);
    final MemoryDevice before = disk.copy();
    RecordingDevice device = new RecordingDevice(disk);
    device.write(0, filled(SECTOR, 1));
    device.flush();
    device.write(SECTOR, filled(SECTOR, 2));
    device.flush();
    assertThat(device.flushCuts()).containsExactly(1, 2, 3, 4, 4);
    for (int seed = 0; seed < 20; seed++) {
      MemoryDevice image = before.copy();
      device.crash(image, 2, new Random(seed));
      assertThat(first(image, 0)).isEqualTo(1);
      assertThat(first(image, 1)).isZero();
      device.crash(image, 4, new Random(seed));
      assertThat(first(image, 1)).isEqualTo(2);
    }
  }

  private static ByteBuffer filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  private static int first(BlockDevice device, int sector) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(SECTOR);
    device.read((long) sector * SECTOR, buffer);
    return buffer.get(0);
  }
}
