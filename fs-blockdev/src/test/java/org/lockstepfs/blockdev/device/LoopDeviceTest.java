package org.lockstepfs.blockdev.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct I/O on real block devices with both usual logical sector sizes. */
@Timeout(30)
class LoopDeviceTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void takesTheSectorSizeOfTheDevice(int sector) throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "losetup takes root");
    assumeTrue(Files.isReadable(Path.of("/dev/loop-control")), "no loop devices");
    Path image = dir.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    String size = String.valueOf(sector);
    String loop = losetup("--find", "--show", "--sector-size", size, image.toString());
    try {
      use(loop, sector);
    } finally {
      losetup("--detach", loop);
    }
  }

  private static void use(String loop, int sector) throws IOException {
    try (DirectDevice one = DirectDevice.open(loop, false);
        DirectDevice other = DirectDevice.open(loop, true)) {
      assertThat(one.isDirect()).isTrue();
      assertThat(one.sectorSize()).isEqualTo(sector);
      assertThat(one.size()).isEqualTo(SIZE);
      ByteBuffer data = ByteBuffer.allocate(sector);
      data.put(0, (byte) 42);
      one.write(3L * sector, data);
      ByteBuffer back = ByteBuffer.allocate(sector);
      other.read(3L * sector, back);
      assertThat(back.array()).isEqualTo(data.array());
      one.flush();
      ByteBuffer half = ByteBuffer.allocate(sector / 2);
      assertThatThrownBy(() -> one.write(0, half)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static String losetup(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "/sbin/losetup";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return out.strip();
  }
}
