package org.lockstepfs.stack.user.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.user.control.ControlMessage.Commit;
import org.lockstepfs.stack.user.control.ControlMessage.Hello;
import org.lockstepfs.stack.user.control.ControlMessage.Leave;
import org.lockstepfs.stack.user.control.ControlMessage.Prepare;
import org.lockstepfs.stack.user.control.ControlMessage.Stopped;

class ControlMessageTest {
  private static final List<ControlMessage> ALL =
      List.of(
          new Hello(-5, 1, 0),
          new Leave(Long.MAX_VALUE),
          new Prepare(0x501, 3, Map.of(1, 7L, 254, -9L)),
          new Commit(0x501),
          new Stopped(0x502));

  @Test
  void everyMessageComesBack() throws IOException {
    for (ControlMessage message : ALL) {
      assertThat(ControlMessage.decode(ControlMessage.encode(message))).isEqualTo(message);
    }
  }

  @Test
  void everyCutOrLengthenedMessageIsRefused() {
    for (ControlMessage message : ALL) {
      byte[] bytes = ControlMessage.encode(message);
      for (int length = 0; length <= bytes.length + 1; length++) {
        byte[] damaged = Arrays.copyOf(bytes, length);
        if (length != bytes.length) {
          assertThatThrownBy(() -> ControlMessage.decode(damaged)).isInstanceOf(IOException.class);
        }
      }
    }
  }

  @Test
  void unknownVersionsKindsAndCountsAreNamed() {
    assertThatThrownBy(() -> ControlMessage.decode(new byte[] {2, 1}))
        .hasMessage("version 2, this node speaks 1");
    assertThatThrownBy(() -> ControlMessage.decode(new byte[] {1, 9})).hasMessage("kind 9");
    byte[] many = ControlMessage.encode(new Prepare(1, 0, Map.of(1, 1L)));
    many[14] = 1;
    assertThatThrownBy(() -> ControlMessage.decode(many)).hasMessage("16777217 members");
  }
}
