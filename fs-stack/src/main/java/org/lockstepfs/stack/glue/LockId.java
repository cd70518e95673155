package org.lockstepfs.stack.glue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The name of a lock resource: 1 to 32 bytes, compared by content. */
public final class LockId {
  /** Longest name in bytes. */
  public static final int MAX_LENGTH = 32;

  private final byte[] bytes;
  private final int hash;

  /**
   * Makes a name.
   *
   * @throws IllegalArgumentException if it is empty or longer than {@value #MAX_LENGTH} bytes
   */
  public LockId(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException("lock name of " + bytes.length + " bytes");
    }
    this.bytes = bytes.clone();
    this.hash = Arrays.hashCode(this.bytes);
  }

  /** Makes a name of ASCII text. */
  public static LockId of(String ascii) {
    return new LockId(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LockId other && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
