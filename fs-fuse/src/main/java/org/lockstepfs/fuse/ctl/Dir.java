package org.lockstepfs.fuse.ctl;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/** A directory. Thread-safe. What it does not allow fails with EPERM. */
public interface Dir extends Entry {

  /** Returns the names in it. */
  Collection<String> names();

  /** Returns the entry of a name, null if there is none. */
  Entry child(String name);

  /** Makes a directory. */
  default void makeDir(String name, Access owner) throws ErrnoException {
    throw new ErrnoException(Errno.EPERM, "no directory can be made here: " + name);
  }

  /** Removes a directory. */
  default void removeDir(String name) throws ErrnoException {
    throw new ErrnoException(Errno.EPERM, "this directory stays: " + name);
  }

  /** Makes a file. */
  default void makeFile(String name, Access owner) throws ErrnoException {
    throw new ErrnoException(Errno.EPERM, "no file can be made here: " + name);
  }

  /** Removes a file. */
  default void removeFile(String name) throws ErrnoException {
    throw new ErrnoException(Errno.EPERM, "this file stays: " + name);
  }

  /** Returns a directory whose entries come and go by themselves. */
  static Dir of(Supplier<? extends Map<String, ? extends Entry>> entries) {
    return new Dir() {
      @Override
      public Access access() {
        return Access.root(0b111_101_101);
      }

      @Override
      public Collection<String> names() {
        return List.copyOf(entries.get().keySet());
      }

      @Override
      public Entry child(String name) {
        return entries.get().get(name);
      }
    };
  }

  /** Returns a directory that always has the same entries. */
  static Dir of(Map<String, ? extends Entry> entries) {
    return of(() -> entries);
  }
}
