package org.lockstepfs.stack.o2cb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.o2dlm.DlmStatus;

class DlmErrnoTest {

  /** The lock cache tells by these alone what happened; no other status may look like them. */
  @Test
  void meaningfulErrorsStandForOneStatusEach() {
    assertThat(mappedTo(null)).containsExactly(DlmStatus.NORMAL);
    assertThat(mappedTo(Errno.EAGAIN)).containsExactly(DlmStatus.NOTQUEUED);
    assertThat(mappedTo(Errno.EBUSY)).containsExactly(DlmStatus.CANCELGRANT);
    assertThat(mappedTo(Errno.ECANCELED)).containsExactly(DlmStatus.CANCEL);
  }

  @Test
  void othersAreAsInTheKernel() {
    assertThat(DlmErrno.of(DlmStatus.RECOVERING)).isEqualTo(Errno.ENOTCONN);
    assertThat(DlmErrno.of(DlmStatus.MIGRATING)).isEqualTo(Errno.ERESTART);
    assertThat(DlmErrno.of(DlmStatus.DENIED)).isEqualTo(Errno.EACCES);
    assertThat(DlmErrno.of(DlmStatus.SYSERR)).isEqualTo(Errno.ENOMEM);
    assertThat(DlmErrno.of(DlmStatus.REJECTED)).isEqualTo(Errno.EPERM);
    assertThat(DlmErrno.of(DlmStatus.DEADLOCK)).isEqualTo(Errno.EDEADLK);
    assertThat(DlmErrno.of(DlmStatus.BADARGS)).isEqualTo(Errno.EINVAL);
  }

  private static List<DlmStatus> mappedTo(Errno errno) {
    return Arrays.stream(DlmStatus.values()).filter(s -> DlmErrno.of(s) == errno).toList();
  }
}
