package org.lockstepfs.fuse.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Mount options as mount(8) writes them. */
final class MountWords {
  private static final Set<String> PER_MOUNT =
      Set.of(
          "ro",
          "rw",
          "nosuid",
          "nodev",
          "noexec",
          "noatime",
          "nodiratime",
          "relatime",
          "strictatime",
          "nosymfollow");

  private MountWords() {}

  /** Splits {@code a,b=c} into names and values; a flag has an empty value. Later ones win. */
  static Map<String, String> parse(String words) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : words.split(",", -1)) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (!name.isEmpty()) {
        options.remove(name);
        options.put(name, equals < 0 ? "" : word.substring(equals + 1));
      }
    }
    return options;
  }

  /** Returns those options that concern a mount point rather than the volume, each with a comma. */
  static String flags(Map<String, String> options) {
    StringBuilder flags = new StringBuilder();
    for (String name : options.keySet()) {
      if (PER_MOUNT.contains(name)) {
        flags.append(name).append(',');
      }
    }
    return flags.toString();
  }
}
