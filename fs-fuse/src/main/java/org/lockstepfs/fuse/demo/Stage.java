package org.lockstepfs.fuse.demo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.lockstepfs.fuse.kernel.MountInfo;

/**
 * What the demo needs around it, in a directory of its own; taken down in reverse order, once, by
 * whoever comes first: the end of the demo or a signal.
 */
final class Stage implements Closeable {
  private static final String CLUSTER = "demo";
  private static final long DISK_BYTES = 512L << 20;

  private final String stack;
  private final Path root;
  private final Deque<Closeable> props = new ArrayDeque<>();
  private final DemoDisk disk;
  private final DemoNode a;
  private final DemoNode b;
  private boolean closed;

  /**
   * Makes a disk and two nodes.
   *
   * @param launcher path of bin/lockstep
   * @param stack label of the cluster's stack
   */
  Stage(String launcher, String stack) throws IOException {
    this.stack = stack;
    root = Files.createTempDirectory("lockstep-demo");
    Path clusterFile = root.resolve("cluster.conf");
    ClusterFile.write(clusterFile, stack, CLUSTER, List.of("a", "b"));
    disk = add(new DemoDisk(root.resolve("disk.img"), DISK_BYTES));
    a = add(new DemoNode("a", root, launcher, clusterFile));
    b = add(new DemoNode("b", root, launcher, clusterFile));
  }

  DemoDisk disk() {
    return disk;
  }

  DemoNode a() {
    return a;
  }

  DemoNode b() {
    return b;
  }

  String stack() {
    return stack;
  }

  String cluster() {
    return CLUSTER;
  }

  /** Starts a process that locks this file as a node sees it. */
  Locker locker(DemoNode node, String file) throws IOException {
    return add(new Locker(root, node.dir().resolve(file)));
  }

  private synchronized <T extends Closeable> T add(T prop) throws IOException {
    if (closed) {
      prop.close();
      throw new IOException("interrupted");
    }
    props.push(prop);
    return prop;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    IOException first = null;
    while (!props.isEmpty()) {
      try {
        props.pop().close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
    removeFiles();
  }

  private void removeFiles() throws IOException {
    for (DemoNode node : List.of(a, b)) {
      if (MountInfo.at(node.dir()) != null) {
        throw new IOException(node.dir() + " is still mounted; " + root + " is left in place");
      }
    }
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
