package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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
}
