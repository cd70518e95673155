package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Guards against names that a kernel node would not share: locks that exclude nobody. */
final class LockNamesTest {

  @Test
  void namesAreTypePadBlockGeneration() {
    assertThat(LockNames.of(LockType.META, 0x1234abcdL, 0x9e3779b9))
        .hasToString("M000000000000001234abcd9e3779b9");
    assertThat(LockNames.of(LockType.SUPER, LockNames.SUPER_BLOCK, 0))
        .hasToString("S000000000000000000000200000000");
    assertThat(LockNames.of(LockType.RW, -1, -1)).hasToString("W000000ffffffffffffffffffffffff");
  }

  @Test
  void everyNameHas31Bytes() {
    for (LockType type : LockType.values()) {
      if (type != LockType.DENTRY) {
        assertThat(LockNames.of(type, 7, 8).toBytes()).hasSize(31);
      }
    }
    assertThat(LockNames.dentry(5, 6).toBytes()).hasSize(31);
  }

  @Test
  void dentryNamesCarryTheInodeInBinary() {
    byte[] name = LockNames.dentry(0x2aL, 0x0102030405060708L).toBytes();

    assertThat(new String(name, 0, 17, StandardCharsets.ISO_8859_1)).isEqualTo("N000000000000002a");
    assertThat(name[17]).isZero();
    assertThat(ByteBuffer.wrap(name).getLong(18)).isEqualTo(0x0102030405060708L);
    assertThat(Arrays.copyOfRange(name, 26, 31)).containsOnly(0);
    assertThatThrownBy(() -> LockNames.of(LockType.DENTRY, 1, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lettersAreOcfs2sBeforeOurOwnAndDistinct() {
    StringBuilder letters = new StringBuilder();
    Set<Character> distinct = new HashSet<>();
    for (LockType type : LockType.values()) {
      letters.append(type.letter());
      distinct.add(type.letter());
    }
    assertThat(letters).hasToString("MDSRWNOFQYPTI" + LockType.USER.letter());
    assertThat(distinct).hasSize(14);
  }
}
