package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What /proc/self/mountinfo says.
 *
 * @param devno device number of the file system, "major:minor"
 * @param dir mount point
 * @param type file system type
 * @param source what is mounted
 */
public record MountInfo(String devno, String dir, String type, String source) {
  /** Type of a mounted Lockstep volume. */
  public static final String TYPE = "fuse.lockstep";

  /** Reads the mount table of this process, oldest mount first. */
  public static List<MountInfo> read() throws IOException {
    byte[] table = Files.readAllBytes(Path.of("/proc/self/mountinfo"));
    return parse(new String(table, StandardCharsets.UTF_8));
  }

  /** Parses a mount table; lines that are not understood are left out. See proc(5). */
  static List<MountInfo> parse(String table) {
    List<MountInfo> mounts = new ArrayList<>();
    for (String line : table.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      int separator = List.of(words).indexOf("-");
      if (separator >= 6 && words.length > separator + 2) {
        mounts.add(
            new MountInfo(
                words[2],
                unescape(words[4]),
                words[separator + 1],
                unescape(words[separator + 2])));
      }
    }
    return mounts;
  }

  /** Returns the topmost mount on a directory, or null. */
  public static MountInfo at(Path dir) throws IOException {
    MountInfo found = null;
    for (MountInfo mount : read()) {
      if (mount.dir().equals(dir.toString())) {
        found = mount;
      }
    }
    return found;
  }

  /** Returns where a file system is mounted. */
  public static List<String> mountpoints(String devno) throws IOException {
    List<String> dirs = new ArrayList<>();
    for (MountInfo mount : read()) {
      if (mount.devno().equals(devno) && mount.type().equals(TYPE)) {
        dirs.add(mount.dir());
      }
    }
    return dirs;
  }

  /** Undoes the kernel's octal escapes of blanks and backslashes. */
  private static String unescape(String word) {
    if (word.indexOf('\\') < 0) {
      return word;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '\\' && i + 3 < word.length()) {
        plain.append((char) Integer.parseInt(word.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
