package org.lockstepfs.fuse.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionCheckTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rw",
        "defaults,_netdev,noauto,nofail,x-systemd.automount",
        "ro,noatime,nosuid,nodev",
        "errors=remount-ro,data=ordered,commit=30",
        "comment=shared,uhelper=lockstep",
        "frontend=kernel",
        "frontend=jnr-fuse,ro"
      })
  void takesWhatIsKnown(String words) {
    assertThatCode(() -> OptionCheck.check(MountWords.parse(words))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rw,nodiratme    | unknown mount option 'nodiratme'
          usrquota        | unknown mount option 'usrquota'
          errors=panic    | mount option errors=panic is not served, only [remount-ro]
          frontend=fuse3  | mount option frontend=fuse3 is not served, only [kernel, jnr-fuse]
          frontend        | mount option frontend= is not served, only [kernel, jnr-fuse]
          """)
  void refusesWhatIsNot(String words, String message) {
    assertThatThrownBy(() -> OptionCheck.check(MountWords.parse(words))).hasMessage(message);
  }
}
