package org.lockstepfs.fuse.ctl;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.constants.platform.OpenFlags;
import jnr.ffi.Pointer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.ctl.Entry.Access;
import org.lockstepfs.fuse.ctl.Leaf.Open;
import org.lockstepfs.fuse.ctl.Leaf.OpenMode;
import org.lockstepfs.fuse.libfuse.LibFuseFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseContext;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * Shows a tree of {@link Dir} and {@link Leaf} to the kernel.
 *
 * <p>There is no {@code create}: the kernel then makes a file and opens it in two steps, and the
 * second, which may wait for other nodes, holds no lock on the directory.
 */
public final class ControlFs extends LibFuseFs {
  private static final Logger LOG = LoggerFactory.getLogger(ControlFs.class);

  /** Nothing is cached: contents change by themselves. Owners and modes are the kernel's affair. */
  static final List<String> OPTIONS =
      List.of(
          "direct_io",
          "attr_timeout=0",
          "entry_timeout=0",
          "hard_remove",
          "allow_other",
          "default_permissions");

  private static final int PERMISSIONS = 0b111_111_111;
  private static final int ACCESS_MODE = OpenFlags.O_ACCMODE.intValue();

  private final Tree tree;
  private final OpenTable<Open> open = new OpenTable<>();
  private final OpenTable<Dir> listed = new OpenTable<>();
  private final Polls polls;

  /** Makes it; nothing is mounted yet. Throws {@link UnsatisfiedLinkError} without libfuse. */
  public ControlFs(Dir root) {
    tree = new Tree(root);
    polls = new Polls(libFuse);
    // Not by overriding poll(): jnr-fuse cannot pass on that there is no poll handle.
    fuseOperations.poll.set(
        (path, info, handle, events) ->
            answer(() -> polls.poll(opened(FuseFileInfo.of(info)), handle, events)));
  }

  /** One operation; its result is that of the C function. */
  private interface Operation {
    int run() throws IOException;
  }

  private static int answer(Operation operation) {
    try {
      return operation.run();
    } catch (ErrnoException e) {
      LOG.debug("control file system: {}", e.getMessage());
      return -e.errno().intValue();
    } catch (IOException e) {
      LOG.warn("control file system: {}", e.getMessage());
      return -Errno.EIO.intValue();
    } catch (RuntimeException e) {
      LOG.error("control file system", e);
      return -Errno.EIO.intValue();
    }
  }

  @Override
  public int getattr(String path, FileStat stat) {
    return answer(
        () -> {
          Entry entry = tree.entry(path);
          boolean directory = entry instanceof Dir;
          int type = directory ? FileStat.S_IFDIR : FileStat.S_IFREG;
          stat.st_mode.set(type | entry.access().bits());
          stat.st_nlink.set(directory ? 2 : 1);
          stat.st_uid.set(entry.access().uid());
          stat.st_gid.set(entry.access().gid());
          stat.st_size.set(entry instanceof Leaf leaf ? leaf.size() : 0);
          return 0;
        });
  }

  @Override
  public int opendir(String path, FuseFileInfo info) {
    return answer(
        () -> {
          info.fh.set(listed.add(tree.directory(path)));
          return 0;
        });
  }

  @Override
  public int releasedir(String path, FuseFileInfo info) {
    return answer(
        () -> {
          listed.remove(info.fh.longValue());
          return 0;
        });
  }

  @Override
  public int readdir(
      String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo info) {
    return answer(
        () -> {
          filler.apply(buffer, ".", null, 0);
          filler.apply(buffer, "..", null, 0);
          for (String name : listed.get(info.fh.longValue()).names()) {
            filler.apply(buffer, name, null, 0);
          }
          return 0;
        });
  }

  @Override
  public int mkdir(String path, long mode) {
    return answer(
        () -> {
          tree.parent(path).makeDir(tree.freeName(path), caller(mode));
          return 0;
        });
  }

  @Override
  public int rmdir(String path) {
    return answer(
        () -> {
          tree.parent(path).removeDir(Tree.name(path));
          return 0;
        });
  }

  @Override
  public int mknod(String path, long mode, long device) {
    return answer(
        () -> {
          tree.parent(path).makeFile(tree.freeName(path), caller(mode));
          return 0;
        });
  }

  private Access caller(long mode) {
    FuseContext caller = getContext();
    return new Access((int) mode & PERMISSIONS, caller.uid.get(), caller.gid.get());
  }

  @Override
  public int unlink(String path) {
    return answer(
        () -> {
          tree.parent(path).removeFile(Tree.name(path));
          return 0;
        });
  }

  /** Contents have no length that could be cut; this is what {@code >} of a shell does. */
  @Override
  public int truncate(String path, long size) {
    return 0;
  }

  @Override
  public int utimens(String path, Timespec[] times) {
    return 0;
  }

  @Override
  public int open(String path, FuseFileInfo info) {
    return answer(
        () -> {
          int flags = info.flags.intValue();
          OpenMode how =
              new OpenMode(
                  (flags & ACCESS_MODE) != OpenFlags.O_RDONLY.intValue(),
                  (flags & OpenFlags.O_NONBLOCK.intValue()) != 0,
                  (flags & OpenFlags.O_APPEND.intValue()) != 0);
          info.fh.set(keep(tree.leaf(path).open(how, this::interrupted)));
          return 0;
        });
  }

  private long keep(Open file) throws ErrnoException {
    try {
      return open.add(file);
    } catch (ErrnoException e) {
      file.close();
      throw e;
    }
  }

  private Open opened(FuseFileInfo info) throws ErrnoException {
    return open.get(info.fh.longValue());
  }

  @Override
  public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
    return answer(
        () -> {
          byte[] content = opened(info).read();
          int from = (int) Math.min(offset, content.length);
          int length = (int) Math.min(size, content.length - from);
          buffer.put(0, content, from, length);
          return length;
        });
  }

  @Override
  public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
    return answer(
        () -> {
          byte[] data = new byte[(int) size];
          buffer.get(0, data, 0, data.length);
          return opened(info).write(data, offset);
        });
  }

  @Override
  public int release(String path, FuseFileInfo info) {
    return answer(
        () -> {
          Open closed = open.remove(info.fh.longValue());
          polls.forget(closed);
          closed.close();
          return 0;
        });
  }
}
