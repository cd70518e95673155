package org.lockstepfs.blockdev.mkfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.format.Superblock;

/** Nothing is overwritten unasked, and nothing is written by a dry run or a refusal. */
class OccupantsTest {
  private static final long SIZE = 40 << 20;

  @TempDir Path dir;
  private Path image;
  private Path mounts;

  @BeforeEach
  void createImage() throws IOException {
    image = dir.resolve("image").toAbsolutePath();
    mounts = dir.resolve("mountinfo");
    Files.writeString(mounts, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  }

  private VolumePlan format(MkfsOptions.Builder options) throws IOException {
    try (FileDevice device = FileDevice.open(image)) {
      return new Mkfs(
              new SplittableRandom(5), Instant::now, new Occupants(mounts, dir.resolve("block")))
          .format(device, options.build());
    }
  }

  private void fill(int offset, String text) throws IOException {
    try (FileDevice device = FileDevice.create(image, SIZE, 512)) {
      ByteBuffer sector = ByteBuffer.allocate(512);
      sector.put(offset % 512, text.getBytes(StandardCharsets.ISO_8859_1));
      device.write(offset - offset % 512, sector);
    }
  }

  @Test
  void refusesOtherFileSystemsWithoutForce() throws IOException {
    fill(0, "XFSB");
    assertThatThrownBy(() -> format(MkfsOptions.builder()))
        .isInstanceOf(MkfsException.class)
        .hasMessage(image + " holds an XFS file system; overwrite it with --force");
    format(MkfsOptions.builder().force(true));
    assertThatThrownBy(() -> format(MkfsOptions.builder())).hasMessageContaining("OCFS2 volume");
  }

  @Test
  void refusesMountedDevicesAndImagesBehindLoopDevices() throws IOException {
    fill(0, "");
    Files.writeString(mounts, "30 22 7:3 / /mnt/x rw - ocfs2 " + image + " rw\n");
    assertThatThrownBy(() -> format(MkfsOptions.builder())).hasMessageContaining("on /mnt/x");

    Path loop = Files.createDirectories(dir.resolve("block/loop3/loop"));
    Files.writeString(loop.resolve("backing_file"), image.toRealPath() + "\n");
    Files.writeString(mounts, "30 22 7:3 / /mnt/y rw shared:3 - ocfs2 /dev/loop3 rw\n");
    assertThatThrownBy(() -> format(MkfsOptions.builder())).hasMessageContaining("on /mnt/y");
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    fill(100, "kept");
    assertThat(format(MkfsOptions.builder().dryRun(true)).slots()).isEqualTo(2);
    assertThat(Files.readString(image, StandardCharsets.ISO_8859_1).substring(100, 104))
        .isEqualTo("kept");
  }

  @Test
  void refusalsOfSizeComeBeforeAnyWrite() throws IOException {
    fill(100, "kept");
    assertThatThrownBy(() -> format(MkfsOptions.builder().slots(255)))
        .isInstanceOf(MkfsException.class)
        .hasMessageContaining("too small");
    assertThatThrownBy(() -> format(MkfsOptions.builder().journalOptions("size=100M")))
        .hasMessageContaining("too big");
    assertThatThrownBy(() -> format(MkfsOptions.builder().blocks(1 << 30)))
        .hasMessageContaining("exceeds the device");
    assertThatThrownBy(() -> format(MkfsOptions.builder().blocks(1000).blockSize("512")))
        .hasMessageContaining("too small for a journal");
    assertThat(Files.readString(image, StandardCharsets.ISO_8859_1).substring(100, 104))
        .isEqualTo("kept");
  }

  @Test
  void sectorsBoundTheBlockSize() throws IOException {
    try (FileDevice device = FileDevice.create(image, SIZE, 4096)) {
      Mkfs mkfs = new Mkfs(new SplittableRandom(5), Instant::now, new Occupants(mounts, mounts));
      assertThatThrownBy(() -> mkfs.plan(device, MkfsOptions.builder().blockSize("512").build()))
          .hasMessageContaining("smaller than the device's sectors of 4096");
      assertThat(mkfs.format(device, MkfsOptions.builder().build()).blockSize()).isEqualTo(4096);
      assertThat(Superblock.read(device).blockSize()).isEqualTo(4096);
    }
  }

  @Test
  void blocksCountShortensTheVolume() throws IOException {
    fill(0, "");
    VolumePlan plan = format(MkfsOptions.builder().blockSize("1024").blocks(30_001));
    assertThat(plan.clusters()).isEqualTo(7500);
    try (FileDevice device = FileDevice.open(image)) {
      assertThat(Superblock.read(device).clusters()).isEqualTo(7500);
    }
  }
}
