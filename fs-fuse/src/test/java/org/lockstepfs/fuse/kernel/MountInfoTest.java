package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MountInfoTest {
  private static final String TABLE =
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
          + "40 22 0:41 / /mnt/my\\040disk rw,nosuid shared:7 master:1 -"
          + " fuse.lockstep /dev/loop\\1342 rw,user_id=0\n"
          + "41 22 0:42 /sub /plain rw - fuse.lockstep /dev/sdb rw\n"
          + "no mount at all\n";

  @Test
  void readsFieldsOnBothSidesOfTheSeparator() {
    assertThat(MountInfo.parse(TABLE))
        .containsExactly(
            new MountInfo(22, 1, "254:0", "/", "/", "ext4", "/dev/vda"),
            new MountInfo(40, 22, "0:41", "/", "/mnt/my disk", MountInfo.TYPE, "/dev/loop\\2"),
            new MountInfo(41, 22, "0:42", "/sub", "/plain", MountInfo.TYPE, "/dev/sdb"));
  }

  @Test
  void namesTheTopmostMountAndItsDeviceNumber() throws IOException {
    List<MountInfo> mounts = MountInfo.parse(TABLE + "42 41 8:3 / /plain rw - ext4 /dev/sda3 rw\n");
    assertThat(MountInfo.topmost(mounts, Path.of("/plain")).device()).isEqualTo(8L << 20 | 3);
    assertThat(MountInfo.topmost(mounts, Path.of("/mnt/my disk")).device()).isEqualTo(41);
    assertThat(MountInfo.topmost(mounts, Path.of("/mnt"))).isNull();
  }
}
