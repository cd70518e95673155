package org.lockstepfs.fuse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MountWordsTest {
  @Test
  void splitsFlagsAndValues() {
    assertThat(MountWords.parse("rw,node=a,,x-systemd.automount,config=/etc/a=b"))
        .containsEntry("rw", "")
        .containsEntry("node", "a")
        .containsEntry("x-systemd.automount", "")
        .containsEntry("config", "/etc/a=b")
        .hasSize(4);
  }

  @Test
  void nothingIsNoOption() {
    assertThat(MountWords.parse("")).isEmpty();
  }

  @Test
  void theLastOfANameWinsAndStandsLast() {
    assertThat(MountWords.parse("node=a,ro,node=b")).containsEntry("node", "b");
    assertThat(MountWords.parse("node=a,ro,node=b").keySet()).containsExactly("ro", "node");
  }

  @Test
  void flagsAreWhatConcernsTheMountPoint() {
    assertThat(MountWords.flags(MountWords.parse("ro,node=a,nosuid,_netdev,noatime")))
        .isEqualTo("ro,nosuid,noatime,");
  }
}
