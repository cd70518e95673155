package org.lockstepfs.fuse.vfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A file name: bytes as the kernel passed them, not necessarily UTF-8; compared by content. */
public final class Name {
  /** Longest name in bytes that OCFS2 stores. */
  public static final int MAX_LENGTH = 255;

  private final byte[] bytes;

  private Name(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Makes a name that owns {@code bytes}; the caller does not change them afterwards. */
  public static Name wrap(byte[] bytes) {
    return new Name(bytes);
  }

  /** Makes a name from text, as UTF-8. */
  public static Name of(String text) {
    return new Name(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the bytes themselves; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the length in bytes. */
  public int length() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Name other && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
