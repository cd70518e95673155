package org.lockstepfs.fuse.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.lockstepfs.blockdev.sys.BootClock;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node has mounted, noted in its run directory. The mount table names no node: by its notes
 * a node knows which mounts its daemon has left there when it was killed. Only the daemon writes.
 * Thread-safe.
 */
final class MountNotes {
  private static final Logger LOG = LoggerFactory.getLogger(MountNotes.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One mounted file system.
   *
   * @param devno device number, "major:minor"
   * @param source what the mount table shows as mounted
   * @param sinceNs when it was noted, on the machine's {@link BootClock}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Note(String devno, String source, long sinceNs) {
    boolean isOf(MountInfo mount) {
      return mount.isOf(devno) && mount.source().equals(source);
    }
  }

  /**
   * The file.
   *
   * @param boot during which run of the machine it was written; device numbers mean nothing in
   *     another one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Page(String boot, List<Note> mounts) {}

  private final NodePaths paths;
  private final String boot;
  private final LongSupplier clock;
  private final List<Note> notes;

  MountNotes(NodePaths paths, String boot, LongSupplier clock) {
    this.paths = paths;
    this.boot = boot;
    this.clock = clock;
    this.notes = new ArrayList<>(read(paths.mounts(), boot));
  }

  /** Reads a node's notes of this run of the machine. */
  static MountNotes of(NodePaths paths) throws IOException {
    return new MountNotes(paths, Files.readString(BOOT).strip(), new BootClock());
  }

  /**
   * Returns whether a mount is this node's. The kernel gives a device number away again once it is
   * free, so that of several nodes that have noted it the last one is right.
   */
  synchronized boolean isOwn(MountInfo mount) throws IOException {
    long since = since(notes, mount);
    if (since < 0) {
      return false;
    }
    for (NodePaths other : NodePaths.all(paths.rundir())) {
      if (!other.equals(paths) && since(read(other.mounts(), boot), mount) >= since) {
        return false;
      }
    }
    return true;
  }

  /** Returns when a mount's device number was noted last, negative if it was not. */
  private static long since(List<Note> notes, MountInfo mount) {
    return notes.stream().filter(n -> n.isOf(mount)).mapToLong(Note::sinceNs).max().orElse(-1);
  }

  /** Notes a mounted file system. Without the note it is only not tidied up after a crash. */
  synchronized void add(String devno, String source) {
    notes.removeIf(n -> n.devno().equals(devno));
    notes.add(new Note(devno, source, clock.getAsLong()));
    write();
  }

  /** Crosses out a file system that is mounted no more. */
  synchronized void remove(String devno, String source) {
    if (notes.removeIf(n -> n.devno().equals(devno) && n.source().equals(source))) {
      write();
    }
  }

  /** Crosses out what is not in the mount table. */
  synchronized void keep(List<MountInfo> table) {
    Predicate<Note> gone = note -> table.stream().noneMatch(note::isOf);
    if (notes.removeIf(gone)) {
      write();
    }
  }

  private static boolean isWhole(Note note) {
    return note != null && note.devno() != null && note.source() != null;
  }

  private void write() {
    Path file = paths.mounts();
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, JSON.writeValueAsBytes(new Page(boot, notes)));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("{} is not up to date: {}", file, e.toString());
    }
  }

  private static List<Note> read(Path file, String boot) {
    try {
      Page page = JSON.readValue(Files.readAllBytes(file), Page.class);
      boolean usable = page.mounts() != null && boot.equals(page.boot());
      return usable ? page.mounts().stream().filter(MountNotes::isWhole).toList() : List.of();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      LOG.warn("{} is unreadable: {}", file, e.toString());
      return List.of();
    }
  }
}
