package org.lockstepfs.fuse.ctl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * A line or a few of text that is made when the file is opened; writable ones take a line with each
 * write, as files of sysfs do.
 */
public final class TextFile implements Leaf {
  /** As large as sysfs allows. */
  private static final int MAX_BYTES = 4096;

  /** Takes what is written, without its newline. */
  @FunctionalInterface
  public interface Setter {
    /** Takes a value or refuses it. */
    void set(String value) throws IOException;
  }

  private final Supplier<String> content;
  private final Setter setter;

  private TextFile(Supplier<String> content, Setter setter) {
    this.content = content;
    this.setter = setter;
  }

  /** Returns a file that can only be read. */
  public static TextFile of(Supplier<String> content) {
    return new TextFile(content, null);
  }

  /** Returns a file that root can write. */
  public static TextFile of(Supplier<String> content, Setter setter) {
    return new TextFile(content, setter);
  }

  @Override
  public Access access() {
    return Access.root(setter == null ? 0b100_100_100 : 0b110_100_100);
  }

  @Override
  public long size() {
    return MAX_BYTES;
  }

  @Override
  public Open open(OpenMode how, BooleanSupplier interrupted) throws ErrnoException {
    if (how.write() && setter == null) {
      throw new ErrnoException(Errno.EACCES, "file cannot be written");
    }
    byte[] bytes = content.get().getBytes(StandardCharsets.UTF_8);
    return new Opened(bytes, setter);
  }

  private record Opened(byte[] read, Setter setter) implements Open {
    @Override
    public int write(byte[] data, long offset) throws IOException {
      if (offset != 0 || data.length > MAX_BYTES) {
        throw new ErrnoException(Errno.EINVAL, "a value is written at once");
      }
      String value = new String(data, StandardCharsets.UTF_8);
      setter.set(value.endsWith("\n") ? value.substring(0, value.length() - 1) : value);
      return data.length;
    }

    @Override
    public boolean readable() {
      return true;
    }

    @Override
    public void whenReadable(Runnable wake) {
      wake.run();
    }

    @Override
    public void close() {}
  }
}
