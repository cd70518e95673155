package org.lockstepfs.locks.o2dlm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Name of a lock resource: 1 to 32 bytes, compared as bytes. Immutable. */
public final class ResName {
  /** Longest name in bytes (DLM_LOCKID_NAME_MAX). */
  public static final int MAX_LENGTH = 32;

  /** The resource whose EX holder is the recovery master. */
  public static final ResName RECOVERY = of("$RECOVERY");

  private final byte[] bytes;
  private final int hash;

  private ResName(byte[] bytes) {
    if (bytes.length < 1 || bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException("resource name of " + bytes.length + " bytes, not 1..32");
    }
    this.bytes = bytes;
    // Lock names differ in a few hex digits only; spread them over the table's low bits.
    int h = Arrays.hashCode(bytes) * 0x9E3779B9;
    this.hash = h ^ (h >>> 15);
  }

  /**
   * Returns the name made of a copy of these bytes.
   *
   * @throws IllegalArgumentException if there are none or more than 32
   */
  public static ResName of(byte[] bytes) {
    return new ResName(bytes.clone());
  }

  /**
   * Returns a name of Latin-1 characters.
   *
   * @throws IllegalArgumentException if it is empty or longer than 32
   */
  public static ResName of(String latin1) {
    return new ResName(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Returns the length in bytes, 1 to 32. */
  public int length() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ResName other && hash == other.hash && Arrays.equals(bytes, other.bytes);
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
