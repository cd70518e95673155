package org.lockstepfs.fuse.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.lockstepfs.fuse.kernel.MountInfo;

/** A mount table by what is mounted on what: a mount can only go after those on it. */
final class MountTree {
  private final List<MountInfo> table;
  private final Map<Integer, MountInfo> byId = new HashMap<>();

  MountTree(List<MountInfo> table) {
    this.table = List.copyOf(table);
    for (MountInfo mount : table) {
      byId.put(mount.id(), mount);
    }
  }

  /** Returns the mounts that are wanted, each after those that stand on it. */
  List<MountInfo> innermostFirst(Predicate<MountInfo> wanted) {
    List<MountInfo> found = new ArrayList<>(table.stream().filter(wanted).toList());
    found.sort(Comparator.comparingInt(this::depth).reversed());
    return found;
  }

  /** Returns what is mounted directly on a mount, at its root or below. */
  List<MountInfo> on(MountInfo mount) {
    return table.stream().filter(m -> m.parent() == mount.id() && m.id() != mount.id()).toList();
  }

  /** Bounded, also for a table that was read while it changed. */
  private int depth(MountInfo mount) {
    int depth = 0;
    MountInfo at = byId.get(mount.parent());
    while (at != null && at.id() != at.parent() && depth < table.size()) {
      depth++;
      at = byId.get(at.parent());
    }
    return depth;
  }
}
