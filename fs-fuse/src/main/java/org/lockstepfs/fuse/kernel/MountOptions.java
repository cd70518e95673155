package org.lockstepfs.fuse.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What mount(2) is told.
 *
 * @param flags MS_* flags
 * @param allowOther whether other users than the one who mounts have access
 * @param rest options that concern neither the kernel nor mount(8), in their order; for the caller
 */
public record MountOptions(long flags, boolean allowOther, List<String> rest) {
  private static final long MS_RDONLY = 1;

  /** Options that mount(8) and fstab keep for themselves. */
  private static final Set<String> FOR_MOUNT_ONLY =
      Set.of(
          "defaults",
          "auto",
          "noauto",
          "nofail",
          "_netdev",
          "user",
          "nouser",
          "users",
          "owner",
          "group");

  /** Copies the list. */
  public MountOptions {
    rest = List.copyOf(rest);
  }

  /** Reads options as mount(8) passes them: words with commas between, later ones winning. */
  public static MountOptions parse(String commaSeparated) {
    long flags = 0;
    boolean allowOther = true;
    List<String> rest = new ArrayList<>();
    for (String option : commaSeparated.split(",")) {
      Optional<Long> applied = MountFlag.apply(option, flags);
      if (applied.isPresent()) {
        flags = applied.get();
      } else if (option.equals("allow_other") || option.equals("noallow_other")) {
        allowOther = option.equals("allow_other");
      } else if (!option.isEmpty()
          && !FOR_MOUNT_ONLY.contains(option)
          && !option.startsWith("x-")) {
        rest.add(option);
      }
    }
    return new MountOptions(flags, allowOther, rest);
  }

  /** Returns the same options for a mount that nothing can be changed through. */
  public MountOptions asReadOnly() {
    return new MountOptions(flags | MS_RDONLY, allowOther, rest);
  }

  /** Tells whether the mount is read-only. */
  public boolean readOnly() {
    return (flags & MS_RDONLY) != 0;
  }
}
