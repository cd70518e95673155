package org.lockstepfs.blockdev.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;

class NativeBuffersTest {
  @Test
  void addressIsThatOfByteZeroWhateverThePosition() {
    ByteBuffer buffer = NativeBuffers.allocate(8191);
    long address = NativeBuffers.address(buffer);
    assertThat(address % NativeBuffers.PAGE).isZero();
    assertThat(NativeBuffers.address(buffer.position(100))).isEqualTo(address);
    assertThat(NativeBuffers.address(buffer.slice())).isEqualTo(address + 100);
    assertThat(buffer.capacity()).isEqualTo(8191);
    assertThatThrownBy(() -> NativeBuffers.address(ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFailedCallThrowsItsErrno() {
    assertThatThrownBy(() -> Native.close(-1, "nothing"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
        .hasMessageContaining("nothing");
    assertThatThrownBy(() -> Native.open("/nowhere/at/all", OpenFlag.RDONLY))
        .hasMessageContaining("/nowhere/at/all");
  }
}
