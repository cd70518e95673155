package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** Layouts as C has them on 64-bit Linux; offsets are written out here on purpose. */
class StructsTest {
  private final Pointer memory = Memory.allocateDirect(Native.runtime(), 64);

  private void flock(int type, long start, long length, int pid) {
    memory.putShort(0, (short) type);
    memory.putLong(8, start);
    memory.putLong(16, length);
    memory.putInt(24, pid);
  }

  @Test
  void readsAndWritesLocks() throws Exception {
    flock(1, 10, 20, 99);
    FileLock lock = Structs.lock(memory, 5);
    assertThat(lock).isEqualTo(new FileLock(5, 10, 29, FileLock.Type.WRITE, 99));
    flock(0, 10, 0, 99);
    assertThat(Structs.lock(memory, 5).end()).isEqualTo(Long.MAX_VALUE);
    Structs.lock(memory, lock);
    assertThat(memory.getShort(0)).isEqualTo((short) 1);
    assertThat(memory.getLong(16)).isEqualTo(20);
    assertThat(memory.getInt(24)).isEqualTo(99);
  }

  /** Fault: libfuse notes a lock in its own list, and shows it after its owner is gone. */
  @Test
  void aGrantedLockIsLeftBehindAsAnUnlockOfItsRange() {
    flock(1, 10, 20, 99);
    Structs.unlocked(memory);
    assertThat(memory.getShort(0)).isEqualTo((short) 2);
    assertThat(memory.getLong(8)).isEqualTo(10);
    assertThat(memory.getLong(16)).isEqualTo(20);
  }

  @Test
  void refusesWhatIsNoLock() {
    flock(7, 0, 0, 0);
    assertThatThrownBy(() -> Structs.lock(memory, 5)).hasMessageContaining("EINVAL");
    assertThatThrownBy(() -> Structs.flock(3, 5, 9)).hasMessageContaining("EINVAL");
  }

  @Test
  void readsTimesThatAreNowOrLeftAlone() {
    Clock clock = Clock.fixed(Instant.ofEpochSecond(1000, 5), ZoneOffset.UTC);
    memory.putLong(0, 77);
    memory.putLong(8, (1L << 30) - 2);
    memory.putLong(16, 77);
    memory.putLong(24, (1L << 30) - 1);
    assertThat(Structs.time(memory, 0, clock)).isNull();
    assertThat(Structs.time(memory, 1, clock)).isEqualTo(new TimeSpec(1000, 5));
    memory.putLong(24, 123);
    assertThat(Structs.time(memory, 1, clock)).isEqualTo(new TimeSpec(77, 123));
  }

  @Test
  void readsFileInfoWithTheBitThatJnrFuseHides() {
    FileInfo info = new FileInfo(memory);
    memory.putInt(0, 02001);
    memory.putInt(20, 1 << 4);
    memory.putLong(24, 6);
    memory.putLong(32, 17);
    assertThat(info.flags()).isEqualTo(02001);
    assertThat(info.flockRelease()).isTrue();
    assertThat(info.number()).isEqualTo(6);
    assertThat(info.lockOwner()).isEqualTo(17);
    memory.putInt(20, ~(1 << 4));
    assertThat(info.flockRelease()).isFalse();
  }
}
