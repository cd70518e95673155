package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountOptionsTest {
  @Test
  void laterOptionsWin() {
    assertThat(MountOptions.parse("ro,nosuid,nodev,rw,noexec,dev").flags()).isEqualTo(2 | 8);
    assertThat(MountOptions.parse("rw,ro").readOnly()).isTrue();
  }

  @Test
  void keepsWhatItDoesNotKnow() {
    MountOptions options =
        MountOptions.parse(
            "defaults,_netdev,x-systemd.automount,node=a,noallow_other,data=ordered");
    assertThat(options).isEqualTo(new MountOptions(0, false, List.of("node=a", "data=ordered")));
    assertThat(MountOptions.parse("")).isEqualTo(new MountOptions(0, true, List.of()));
  }

  @Test
  void mountTableNamesTheTopmostDevice() throws IOException {
    List<String> table =
        List.of(
            "30 1 8:1 / /mnt/a\\040b rw - ext4 /dev/sda1 rw",
            "31 1 0:45 / /mnt/a\\040b rw - fuse.lockstep /dev/sdb rw");
    assertThat(MountTable.deviceOf(Path.of("/mnt/a b"), table)).isEqualTo(45);
    assertThatThrownBy(() -> MountTable.deviceOf(Path.of("/mnt"), table))
        .hasMessageContaining("nothing is mounted");
  }
}
