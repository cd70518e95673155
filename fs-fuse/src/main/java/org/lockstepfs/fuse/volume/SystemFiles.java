package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.fuse.alloc.AllocInodes;
import org.lockstepfs.fuse.dir.DirPosition;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The files in the system directory, which only the file system sees. Their names and blocks never
 * change while the volume is mounted.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2_fs.h, ocfs2_system_inodes; sysfile.c.
 */
public final class SystemFiles implements AllocInodes {
  private static final List<String> PER_SLOT =
      List.of(
          "orphan_dir", "extent_alloc", "inode_alloc", "journal", "local_alloc", "truncate_log");

  private final Map<String, Inode> files = new ConcurrentHashMap<>();
  private final int slots;
  private int slot = -1;

  /**
   * Finds all system files.
   *
   * @param open makes the inode of a system file's block
   * @throws CorruptBlockException if one is missing
   */
  static SystemFiles load(
      Geometry geometry, Inode systemDir, int slots, java.util.function.LongFunction<Inode> open)
      throws IOException {
    SystemFiles system = new SystemFiles(slots);
    system.files.put("//", systemDir);
    try (Held held = systemDir.lock(LockMode.PR)) {
      Directory directory = new Directory(geometry, systemDir);
      for (String name : List.of("global_bitmap", "slot_map", "heartbeat")) {
        system.add(directory, systemDir, name, open);
      }
      for (int i = 0; i < slots; i++) {
        for (String name : PER_SLOT) {
          system.add(directory, systemDir, slotFile(name, i), open);
        }
      }
    }
    return system;
  }

  private SystemFiles(int slots) {
    this.slots = slots;
  }

  private void add(
      Directory directory, Inode dir, String name, java.util.function.LongFunction<Inode> open)
      throws IOException {
    DirPosition entry = directory.find(Name.of(name));
    if (entry == null) {
      throw new CorruptBlockException(dir.block(), "system directory", "lacks " + name);
    }
    files.put(name, open.apply(entry.ino()));
  }

  private static String slotFile(String name, int slot) {
    return String.format("%s:%04d", name, slot);
  }

  /** Sets the slot whose files this node uses. */
  void useSlot(int mine) {
    slot = mine;
  }

  /** Returns all system files and the directory that holds them. */
  Collection<Inode> all() {
    return files.values();
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public int slots() {
    return slots;
  }

  private Inode ofSlot(String name, int of) {
    Inode file = files.get(slotFile(name, of));
    if (file == null) {
      throw new IllegalArgumentException("slot " + of + " of " + slots);
    }
    return file;
  }

  @Override
  public Inode globalBitmap() {
    return files.get("global_bitmap");
  }

  /** Returns slot_map. */
  public Inode slotMap() {
    return files.get("slot_map");
  }

  /** Returns the file in whose blocks nodes beat their hearts. */
  public Inode heartbeat() {
    return files.get("heartbeat");
  }

  /** Returns orphan_dir of a slot. */
  public Inode orphanDir(int of) {
    return ofSlot("orphan_dir", of);
  }

  /** Returns journal of a slot. */
  public Inode journal(int of) {
    return ofSlot("journal", of);
  }

  /** Returns local_alloc of a slot. */
  public Inode localAlloc(int of) {
    return ofSlot("local_alloc", of);
  }

  /** Returns truncate_log of a slot. */
  public Inode truncateLog(int of) {
    return ofSlot("truncate_log", of);
  }

  @Override
  public Inode inodeAlloc(int of) {
    return ofSlot("inode_alloc", of);
  }

  @Override
  public Inode extentAlloc(int of) {
    return ofSlot("extent_alloc", of);
  }

  @Override
  public Inode localAlloc() {
    return localAlloc(slot);
  }

  @Override
  public Inode truncateLog() {
    return truncateLog(slot);
  }
}
