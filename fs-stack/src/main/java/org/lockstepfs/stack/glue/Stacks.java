package org.lockstepfs.stack.glue;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stack glue of one node: knows which stack is in force, loads its plug-in on demand and keeps
 * it while connections need it. Thread-safe.
 *
 * <p>A connection needs it until its disconnect has returned, which hangs up as well: as long as
 * the heartbeat of a volume goes on, the label cannot change, whoever still uses the volume.
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
  private final Set<Reference> connected = new HashSet<>();

  /** Makes the glue with the plug-ins that ServiceLoader finds. */
  public Stacks(StackEnvironment environment) {
    this(environment, found());
  }

  Stacks(StackEnvironment environment, List<StackPlugin> plugins) {
    this.environment = environment;
    this.plugins = List.copyOf(plugins);
  }

  private static List<StackPlugin> found() {
    return ServiceLoader.load(StackPlugin.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** Returns the names of the plug-ins that any node has. */
  public static List<String> available() {
    return found().stream().map(StackPlugin::name).toList();
  }

  /** Returns the label in force. */
  public synchronized String clusterStack() {
    return label;
  }

  /** Returns the name of the plug-in that connections use, empty if there are none. */
  public synchronized String activePlugin() {
    return references == 0 ? "" : plugin.name();
  }

  /** Returns the names of the plug-ins that are loaded, in use or not. */
  public synchronized List<String> loadedPlugins() {
    return plugin == null ? List.of() : List.of(plugin.name());
  }

  /** Returns the names of the plug-ins that there are. */
  public List<String> plugins() {
    return plugins.stream().map(StackPlugin::name).toList();
  }

  /** Returns the highest locking protocol that this node speaks on any connection. */
  public ProtocolVersion maxProtocol() {
    return ProtocolVersion.OCFS2;
  }

  /** Returns the lowest locking protocol that a connection runs, if there are connections. */
  public synchronized Optional<ProtocolVersion> runningProtocol() {
    return connected.stream()
        .map(Reference::protocolVersion)
        .min(Comparator.comparing(ProtocolVersion::major).thenComparing(ProtocolVersion::minor));
  }

  /**
   * Changes the label.
   *
   * @throws ErrnoException EINVAL if it has not 4 characters, EBUSY while a connection lives
   */
  public synchronized void clusterStack(String newLabel) throws ErrnoException {
    if (newLabel.length() != O2CB.length()) {
      throw new ErrnoException(
          Errno.EINVAL,
          "cluster stack '"
              + newLabel
              + "' has not 4 characters, '"
              + label
              + "' stays in force: give o2cb, or the label of a user stack as the volume has it");
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
              + "' while volumes are mounted or lock domains joined: unmount and leave them first");
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
    checkVersion(protocol);
    StackOperations loaded = acquire(volume);
    return connected(() -> loaded.connect(volume, region, protocol, recovery));
  }

  @Override
  public ClusterConnection connectAgnostic(
      String domain, LockingProtocol protocol, RecoveryHandler recovery) throws IOException {
    checkVersion(protocol);
    StackOperations loaded = acquire();
    return connected(() -> loaded.connectAgnostic(domain, protocol, recovery));
  }

  /** Connections with different ideas of the protocol would judge other nodes differently. */
  private void checkVersion(LockingProtocol protocol) throws ErrnoException {
    if (!protocol.maxVersion().equals(maxProtocol())) {
      throw new ErrnoException(
          Errno.EINVAL,
          "locking protocol " + protocol.maxVersion() + " where this node speaks " + maxProtocol());
    }
  }

  @Override
  public Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) throws IOException {
    StackOperations loaded = acquire(volume);
    try {
      Closeable heartbeat = loaded.heartbeat(volume, region);
      return () -> {
        heartbeat.close();
        release(null);
      };
    } catch (IOException | RuntimeException e) {
      release(null);
      throw e;
    }
  }

  /** One way to connect. */
  private interface Connecting {
    ClusterConnection connect() throws IOException;
  }

  /** The caller has acquired a reference, which goes with the connection or a failure. */
  private Reference connected(Connecting way) throws IOException {
    try {
      Reference made = new Reference(way.connect(), this::release);
      synchronized (this) {
        connected.add(made);
      }
      return made;
    } catch (IOException | RuntimeException e) {
      release(null);
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
              + "': change the volume with 'lockstep tune --update-cluster-stack "
              + volume.devicePath()
              + "' or the node with 'lockstep stack set "
              + wanted
              + "'");
    }
    return acquire();
  }

  private synchronized StackOperations acquire() throws IOException {
    if (operations == null) {
      plugin =
          plugins.stream()
              .filter(p -> p.serves(label))
              .findFirst()
              .orElseThrow(() -> new IOException("no plug-in for cluster stack '" + label + "'"));
      operations = plugin.load(environment, label);
      LOG.info("cluster stack '{}': plug-in {} loaded", label, plugin.name());
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
  private synchronized void release(Reference connection) {
    connected.remove(connection);
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
