package org.lockstepfs.fuse.kernel.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.Name;

class RequestViewTest {
  @Test
  void readsTheHeader() throws IOException {
    RequestView rq = new RequestBytes(1).text("name\0").view();
    assertThat(rq.opcode()).isEqualTo(Opcode.LOOKUP);
    assertThat(rq.unique()).isEqualTo(77);
    assertThat(rq.nodeId()).isEqualTo(5);
    assertThat(rq.uid()).isEqualTo(1000);
    assertThat(rq.gid()).isEqualTo(100);
    assertThat(rq.pid()).isEqualTo(4321);
    assertThat(rq.name(0)).isEqualTo(Name.of("name"));
  }

  @Test
  void readsLocksWithTheirOwner() throws IOException {
    RequestView rq =
        new RequestBytes(33).u64(9, 0xabcL, 10, Long.MAX_VALUE).u32(1, 4321, 1, 0).view();
    assertThat(LockCodec.fh(rq)).isEqualTo(9);
    assertThat(LockCodec.isFlock(rq)).isTrue();
    assertThat(LockCodec.lock(rq))
        .isEqualTo(new FileLock(0xabc, 10, Long.MAX_VALUE, FileLock.Type.WRITE, 4321));
  }

  @Test
  void refusesALengthThatIsNotItsOwn() {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder()).putInt(0, 41);
    assertThatThrownBy(() -> new RequestView(bytes, 0).reset(40)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> new RequestView(bytes, 0).reset(8)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesMissingArguments() {
    assertThatThrownBy(() -> new RequestBytes(16).u64(1, 2).view())
        .hasMessageContaining("WRITE has only 16 bytes");
  }

  @Test
  void refusesAStringWithoutEnd() throws IOException {
    RequestView rq = new RequestBytes(1).text("name").view();
    assertThatThrownBy(() -> rq.name(0)).hasMessageContaining("has no end");
  }

  @Test
  void refusesDataThatIsNotThere() throws IOException {
    RequestView rq =
        new RequestBytes(16).u64(1, 0).u32(8, 0).u64(0).u32(0, 0).text("1234567").view();
    assertThat(rq.payload(40, 7).remaining()).isEqualTo(7);
    assertThatThrownBy(() -> rq.payload(40, 8)).hasMessageContaining("8 bytes of data");
    assertThatThrownBy(() -> rq.payload(40, -1)).isInstanceOf(IOException.class);
  }

  @Test
  void knowsEveryOpcodeByItsNumber() {
    for (Opcode op : Opcode.values()) {
      assertThat(Opcode.of(op.code())).isEqualTo(op);
    }
    assertThat(Opcode.of(7)).isEqualTo(Opcode.UNKNOWN);
    assertThat(Opcode.of(1 << 20)).isEqualTo(Opcode.UNKNOWN);
  }
}
