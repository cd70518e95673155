package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads /proc/self/mountinfo, which says what stat(2) would without asking the file system. */
final class MountTable {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  private static final int MINOR_BITS = 20;

  private MountTable() {}

  /**
   * Returns the kernel's device number of what is mounted topmost on a directory, given by its real
   * path.
   */
  static long deviceOf(Path mountpoint) throws IOException {
    return deviceOf(mountpoint, Files.readAllLines(MOUNTINFO));
  }

  static long deviceOf(Path mountpoint, List<String> mountinfo) throws IOException {
    long device = -1;
    for (String line : mountinfo) {
      String[] fields = line.split(" ");
      if (fields.length > 4 && unescape(fields[4]).equals(mountpoint.toString())) {
        int colon = fields[2].indexOf(':');
        long major = Long.parseLong(fields[2].substring(0, colon));
        device = major << MINOR_BITS | Long.parseLong(fields[2].substring(colon + 1));
      }
    }
    if (device < 0) {
      throw new IOException("nothing is mounted on " + mountpoint);
    }
    return device;
  }

  /** Undoes the octal escapes that the kernel writes for blanks and backslashes. */
  private static String unescape(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
