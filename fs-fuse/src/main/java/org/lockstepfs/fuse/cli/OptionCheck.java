package org.lockstepfs.fuse.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.node.FrontEnd;

/**
 * Refuses mount options that nobody knows, as the kernel does; a misspelt option must not pass for
 * one that is in force. The kernel driver's own options are taken where what they ask for is so
 * anyway or is only a hint.
 *
 * <p>Source: Linux 6.1 Documentation/filesystems/ocfs2.rst; mount(8).
 */
final class OptionCheck {
  private static final int USAGE = 1;

  /** Options with few values, of which these are served. */
  private static final Map<String, List<String>> SERVED =
      Map.of(
          "errors",
          List.of("remount-ro"),
          "data",
          List.of("ordered", "writeback"),
          "barrier",
          List.of("1"),
          "coherency",
          List.of("full"),
          FrontEnd.OPTION,
          FrontEnd.NAMES);

  private static final Set<String> HINTS =
      Set.of(
          "commit",
          "atime_quantum",
          "preferred_slot",
          "localalloc",
          "resv_level",
          "dir_resv_level",
          "intr",
          "nointr",
          "inode64",
          "acl",
          "noacl",
          "user_xattr",
          "nouser_xattr");

  /** Generic options that mount(8) passes on, without a meaning here. */
  private static final Set<String> GENERIC =
      Set.of(
          "comment",
          "uhelper",
          "helper",
          "loop",
          "silent",
          "loud",
          "mand",
          "nomand",
          "iversion",
          "noiversion",
          "context",
          "fscontext",
          "defcontext",
          "rootcontext",
          "seclabel");

  private OptionCheck() {}

  /**
   * Checks options by name; flags have an empty value.
   *
   * @throws ControlException naming the first that cannot be served
   */
  static void check(Map<String, String> options) throws ControlException {
    for (String name : MountOptions.parse(String.join(",", options.keySet())).rest()) {
      String value = options.get(name);
      List<String> served = SERVED.get(name);
      if (served != null && !served.contains(value)) {
        throw new ControlException(
            "mount option " + name + "=" + value + " is not served, only " + served, USAGE);
      }
      if (served == null && !HINTS.contains(name) && !GENERIC.contains(name)) {
        throw new ControlException("unknown mount option '" + name + "'", USAGE);
      }
    }
  }
}
