package org.lockstepfs.stack.glue;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stack glue of one node: knows which stack is in force, loads its plug-in on demand and keeps
 * it while connections need it. Thread-safe.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stackglue.c.
 */
public final class Stacks implements StackGlue, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Stacks.class);

  /** The label of a volume that names no stack, and the default of a node. */
  public static final String O2CB = "o2cb";

  private final StackEnvironment environment;
  private final List<StackPlugin> plugins;
  private String label = O2CB;
  private StackPlugin plugin;
  private StackOperations operations;
  private int references;

  /** Makes the glue with the plug-ins that ServiceLoader finds. */
  public Stacks(StackEnvironment environment) {
    this(
        environment,
        ServiceLoader.load(StackPlugin.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  Stacks(StackEnvironment environment, List<StackPlugin> plugins) {
    this.environment = environment;
    this.plugins = List.copyOf(plugins);
  }

  /** Returns the label in force. */
  public synchronized String clusterStack() {
    return label;
  }

  /** Returns the name of the loaded plug-in, empty if none is. */
  public synchronized String activePlugin() {
    return plugin == null ? "" : plugin.name();
  }

  /** Returns the names of the plug-ins that there are. */
  public List<String> plugins() {
    return plugins.stream().map(StackPlugin::name).toList();
  }

  /**
   * Changes the label.
   *
   * @throws ErrnoException EINVAL if it has not 4 characters, EBUSY while a connection lives
   */
  public synchronized void clusterStack(String newLabel) throws ErrnoException {
    if (newLabel.length() != O2CB.length()) {
      throw new ErrnoException(
          Errno.EINVAL, "cluster stack '" + newLabel + "' has not 4 characters");
    }
    if (newLabel.equals(label)) {
      return;
    }
    if (references > 0) {
      throw new ErrnoException(
          Errno.EBUSY,
          "cluster stack cannot change from '"
              + label
              + "' to '"
              + newLabel
              + "' while volumes are mounted");
    }
    unload();
    label = newLabel;
  }

  @Override
  public ClusterConnection connect(
      VolumeIdentity volume,
      HeartbeatRegion region,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws IOException {
    StackOperations loaded = acquire(volume);
    try {
      return new Reference(loaded.connect(volume, region, protocol, recovery), this::release);
    } catch (IOException | RuntimeException e) {
      release();
      throw e;
    }
  }

  private synchronized StackOperations acquire(VolumeIdentity volume) throws IOException {
    String wanted = labelOf(volume);
    if (!wanted.equals(label)) {
      throw new IOException(
          volume.devicePath()
              + " belongs to cluster stack '"
              + wanted
              + "' but this node runs '"
              + label
              + "': change the volume with 'tunefs.ocfs2 --update-cluster-stack "
              + volume.devicePath()
              + "' or the node with 'lockstep stack set "
              + wanted
              + "'");
    }
    if (operations == null) {
      plugin =
          plugins.stream()
              .filter(p -> p.serves(wanted))
              .findFirst()
              .orElseThrow(() -> new IOException("no plug-in for cluster stack '" + wanted + "'"));
      operations = plugin.load(environment, wanted);
      LOG.info("cluster stack '{}': plug-in {} loaded", wanted, plugin.name());
    }
    references++;
    return operations;
  }

  private static String labelOf(VolumeIdentity volume) {
    String stamped = volume.stackLabel();
    return stamped == null || stamped.isEmpty() ? O2CB : stamped;
  }

  /**
   * The plug-in stays loaded, and this node a member, until the label changes or the node stops.
   */
  private synchronized void release() {
    references--;
  }

  /** Returns a look at the stack in force. */
  public StackStatus status() {
    StackOperations loaded;
    synchronized (this) {
      loaded = operations;
      if (loaded == null) {
        return new StackStatus(label, "", "", -1, List.of(), List.of());
      }
    }
    return loaded.status();
  }

  private void unload() {
    if (operations != null) {
      operations.close();
      operations = null;
      plugin = null;
    }
  }

  /** Leaves the cluster; the caller has disconnected all volumes. */
  @Override
  public synchronized void close() {
    unload();
  }
}
