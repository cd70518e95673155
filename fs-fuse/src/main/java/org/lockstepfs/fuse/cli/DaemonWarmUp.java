package org.lockstepfs.fuse.cli;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.lockstepfs.blockdev.sys.BootClock;
import org.lockstepfs.fuse.ctl.Entry;
import org.lockstepfs.fuse.dlmfs.DomainsDir;
import org.lockstepfs.fuse.metrics.NodeMetrics;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.fence.Fence;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.Stacks;

/**
 * Loads what a daemon loads: all classes of the project, and by the short life of a cluster of one
 * node, which only listens on loopback, what those use.
 */
final class DaemonWarmUp {
  private static final String NAME = "warmup";

  /** One class of each jar of the project. */
  private static final List<Class<?>> JARS =
      List.of(Main.class, Stacks.class, LockMode.class, BootClock.class);

  private DaemonWarmUp() {}

  static void run() throws IOException {
    for (Class<?> in : JARS) {
      loadAll(in);
    }
    Path config = Files.createTempFile(NAME, ".conf");
    try {
      Files.writeString(config, cluster(freePort()));
      joinAndLeave(config);
    } finally {
      Files.delete(config);
    }
  }

  private static void loadAll(Class<?> in) throws IOException {
    try (JarFile jar = new JarFile(jarOf(in))) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        String name = entry.getName();
        if (name.startsWith("org/lockstepfs/") && name.endsWith(".class")) {
          load(name.substring(0, name.lastIndexOf('.')).replace('/', '.'), in.getClassLoader());
        }
      }
    }
  }

  private static File jarOf(Class<?> in) throws IOException {
    try {
      return new File(in.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static void load(String name, ClassLoader loader) throws IOException {
    try {
      Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String cluster(int port) {
    return String.join(
        "\n",
        "cluster:",
        "\tnode_count = 1",
        "\tname = " + NAME,
        "\tcluster_stack = warm",
        "\tquorum = votes",
        "node:",
        "\tip_port = " + port,
        "\tip_address = 127.0.0.1",
        "\tnumber = 1",
        "\tname = " + NAME,
        "\tcluster = " + NAME,
        "");
  }

  private static void joinAndLeave(Path config) throws IOException {
    try (NodeMetrics metrics = new NodeMetrics();
        Stacks stacks =
            new Stacks(
                new StackEnvironment(
                    NAME,
                    config,
                    "fast",
                    MembershipSource.HAZELCAST,
                    metrics.registry(),
                    new SelfFence(new NoFence(), new BootClock())))) {
      stacks.clusterStack("warm");
      DomainsDir domains = new DomainsDir(stacks);
      domains.makeDir(NAME, Entry.Access.root(0b111_000_000));
      domains.removeDir(NAME);
    }
  }

  /** A process that writes nothing has nothing to be stopped for. */
  private static final class NoFence implements Fence {
    @Override
    public void cutOff(String reason) {}

    @Override
    public void halt() {}
  }
}
