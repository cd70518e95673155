package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What /proc/self/mountinfo says: what stat(2) would, without asking the file system.
 *
 * @param id the mount's number, which another one may get when it is gone
 * @param parent number of the mount that it is mounted on
 * @param devno device number of the file system, "major:minor"
 * @param root which directory of the file system is seen there, / unless it is a part
 * @param dir mount point
 * @param type file system type
 * @param source what is mounted
 */
public record MountInfo(
    int id, int parent, String devno, String root, String dir, String type, String source) {
  /** Type of a mounted Lockstep volume. */
  public static final String TYPE = "fuse.lockstep";

  private static final int MINOR_BITS = 20;
  private static final Pattern ID = Pattern.compile("[0-9]{1,9}");

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
      if (separator >= 6 && words.length > separator + 2 && isId(words[0]) && isId(words[1])) {
        mounts.add(
            new MountInfo(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                words[2],
                unescape(words[3]),
                unescape(words[4]),
                words[separator + 1],
                unescape(words[separator + 2])));
      }
    }
    return mounts;
  }

  private static boolean isId(String word) {
    return ID.matcher(word).matches();
  }

  /** Tells whether a file system, given by its device number, is a Lockstep volume seen here. */
  public boolean isOf(String volume) {
    return devno.equals(volume) && type.equals(TYPE);
  }

  /** Returns the device number as the kernel has it in one number. */
  long device() throws IOException {
    try {
      int colon = devno.indexOf(':');
      long major = Long.parseLong(devno.substring(0, colon));
      return major << MINOR_BITS | Long.parseLong(devno.substring(colon + 1));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IOException("the mount table has device number '" + devno + "'", e);
    }
  }

  /** Returns the topmost mount on a directory, given by its real path, or null. */
  public static MountInfo at(Path dir) throws IOException {
    return topmost(read(), dir);
  }

  /** Returns the topmost mount of a table on a directory, given by its real path, or null. */
  public static MountInfo topmost(List<MountInfo> mounts, Path dir) {
    MountInfo found = null;
    for (MountInfo mount : mounts) {
      if (mount.dir().equals(dir.toString())) {
        found = mount;
      }
    }
    return found;
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
