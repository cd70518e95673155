package org.lockstepfs.blockdev.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.NativeBuffers;

@Timeout(30)
class DirectDeviceTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path dir;
  private Path image;

  @BeforeEach
  void makeImage() throws IOException {
    image = dir.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
  }

  /** A stop signal takes effect between two pieces of one write. */
  @Test
  void theGuardIsAskedBeforeEveryPieceOfAWriteAndBeforeAFlushButNotBeforeARead()
      throws IOException {
    List<String> asked = new ArrayList<>();
    WriteGuard twice =
        new WriteGuard() {
          @Override
          public void begin() throws IOException {
            if (asked.size() == 4) {
              throw new IOException("fenced: test");
            }
            asked.add("begin");
          }

          @Override
          public void end() {
            asked.add("end");
          }
        };
    try (DirectDevice device = DirectDevice.open(image.toString(), false, twice)) {
      byte[] pieces = new byte[3 * BouncePool.BUFFER_BYTES];
      Arrays.fill(pieces, (byte) 7);
      assertThatThrownBy(() -> device.write(0, ByteBuffer.wrap(pieces))).hasMessage("fenced: test");
      assertThat(asked).containsExactly("begin", "end", "begin", "end");
      assertThatThrownBy(device::flush).hasMessage("fenced: test");
      ByteBuffer third = ByteBuffer.allocate(512);
      device.read(2L * BouncePool.BUFFER_BYTES, third);
      assertThat(third.get(0)).isZero();
    }
  }

  @Test
  void heapAndAlignedAndMisalignedBuffersCarryTheSameBytes() throws IOException {
    byte[] expected = new byte[3 * BouncePool.BUFFER_BYTES];
    new Random(1).nextBytes(expected);
    try (DirectDevice device = DirectDevice.open(image.toString(), false)) {
      assertThat(device.size()).isEqualTo(SIZE);
      device.write(4096, ByteBuffer.wrap(expected));

      ByteBuffer aligned = NativeBuffers.allocate(expected.length);
      device.read(4096, aligned);
      assertThat(aligned.hasRemaining()).isFalse();
      assertThat(toBytes(aligned.flip())).isEqualTo(expected);

      ByteBuffer odd = NativeBuffers.allocate(expected.length + 1).position(1);
      device.read(4096, odd);
      assertThat(toBytes(odd.position(1))).isEqualTo(expected);

      device.write(0, aligned.clear().limit(device.sectorSize()));
    }
    byte[] file = Files.readAllBytes(image);
    assertThat(file).startsWith(Arrays.copyOf(expected, 512));
    assertThat(Arrays.copyOfRange(file, 4096, 4096 + expected.length)).isEqualTo(expected);
  }

  @Test
  void writesExactlyTheSectorsGiven() throws IOException {
    try (DirectDevice device = DirectDevice.open(image.toString(), false)) {
      int sector = device.sectorSize();
      ByteBuffer ones = ByteBuffer.allocate(sector);
      Arrays.fill(ones.array(), (byte) 1);
      device.write(3L * sector, ones);
      device.flush();
      byte[] file = Files.readAllBytes(image);
      for (int i = 0; i < file.length; i++) {
        assertThat(file[i]).isEqualTo((byte) (i / sector == 3 ? 1 : 0));
      }
    }
  }

  @Test
  void refusesWhatIsNoWholeSectorAndWhatLiesBehindTheEnd() throws IOException {
    try (DirectDevice device = DirectDevice.open(image.toString(), false)) {
      assertThatThrownBy(() -> device.read(1, ByteBuffer.allocate(4096)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> device.read(0, ByteBuffer.allocate(100)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> device.read(SIZE - 4096, ByteBuffer.allocate(8192)))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining(image.toString());
    }
  }

  @Test
  void errorsCarryErrnoAndPath() throws IOException {
    assertThatThrownBy(() -> DirectDevice.open(dir.resolve("none").toString(), false))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
        .hasMessageContaining("none");
    DirectDevice device = DirectDevice.open(image.toString(), true);
    assertThatThrownBy(() -> device.write(0, ByteBuffer.allocate(4096)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    device.close();
    device.close();
    assertThatThrownBy(() -> device.read(0, ByteBuffer.allocate(4096)))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void worksWithoutDirectIoOnTmpfs() throws IOException {
    Path shm = Files.createTempFile(Path.of("/dev/shm"), "lockstep", ".img");
    try {
      Files.write(shm, new byte[8192]);
      try (DirectDevice device = DirectDevice.open(shm.toString(), false)) {
        device.write(512, ByteBuffer.wrap(new byte[512]));
        ByteBuffer back = ByteBuffer.allocate(8192);
        device.read(0, back);
        assertThat(back.hasRemaining()).isFalse();
      }
    } finally {
      Files.delete(shm);
    }
  }

  private static byte[] toBytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
