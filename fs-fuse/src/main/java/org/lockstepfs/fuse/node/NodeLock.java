package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.NodePaths;

/**
 * The right to be a node: its pid file, locked from before the daemon opens anything until it has
 * closed everything, so that two daemons are never the same node, not even for a moment.
 */
public final class NodeLock implements Closeable {
  /** Exit code of a daemon that finds another one running. */
  public static final int TAKEN = 16;

  private final NodePaths paths;
  private final RandomAccessFile file;
  private final FileLock lock;

  private NodeLock(NodePaths paths, RandomAccessFile file, FileLock lock) {
    this.paths = paths;
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes the lock and writes this process's id into the file.
   *
   * @throws ControlException with {@link #TAKEN} if another daemon is the node
   * @throws IOException if the run directory is unusable
   */
  public static NodeLock acquire(NodePaths paths) throws IOException {
    Files.createDirectories(paths.dir());
    RandomAccessFile file = new RandomAccessFile(paths.pidFile().toFile(), "rw");
    FileLock lock = file.getChannel().tryLock();
    if (lock == null) {
      file.close();
      throw new ControlException(
          "a daemon for node " + paths.node() + " is running already", TAKEN);
    }
    file.setLength(0);
    file.write((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
    return new NodeLock(paths, file, lock);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(paths.pidFile());
    lock.release();
    file.close();
  }
}
