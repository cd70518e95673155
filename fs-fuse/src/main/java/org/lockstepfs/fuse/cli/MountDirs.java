package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Mount points as the mount table names them. */
final class MountDirs {
  private MountDirs() {}

  /** Returns the real path of a directory, also if a dead mount on it answers nothing. */
  static Path real(String dir) throws IOException {
    Path named = Path.of(dir).toAbsolutePath();
    try {
      return named.toRealPath();
    } catch (FileSystemException e) {
      Path plain = named.normalize();
      Path parent = plain.getParent();
      return parent == null || !Files.isDirectory(parent)
          ? plain
          : parent.toRealPath().resolve(plain.getFileName());
    }
  }
}
