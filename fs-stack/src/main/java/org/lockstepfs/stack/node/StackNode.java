package org.lockstepfs.stack.node;

import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PlockDaemon;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackGlue.VolumeIdentity;
import org.lockstepfs.stack.glue.StackOperations;
import org.lockstepfs.stack.glue.StackStatus;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.member.Member;

/**
 * This node in its cluster: configuration, transport, live nodes and membership, made at the first
 * connection and shared by all. Thread-safe.
 */
public final class StackNode implements StackOperations {
  private final StackEnvironment environment;
  private final String label;
  private final String plugin;
  private final Supplier<LockDomains> lockManager;
  private final StackTiming timing;
  private final LongSupplier nanoClock;
  private final Generations generations =
      new Generations(System::currentTimeMillis, new SecureRandom()::nextLong);
  private final Set<String> connecting = ConcurrentHashMap.newKeySet();
  private final Map<String, VolumeConnection> connections = new ConcurrentHashMap<>();
  private final Map<String, HeldHeartbeat> held = new ConcurrentHashMap<>();
  private volatile Running running;

  /**
   * Makes a node that starts with its first connection.
   *
   * @param label of the stack, as volumes are stamped with it
   * @param plugin name of the plug-in that this is
   * @param lockManager makes the lock domains, anew at each start of the node
   */
  public StackNode(
      StackEnvironment environment,
      String label,
      String plugin,
      Supplier<LockDomains> lockManager,
      StackTiming timing) {
    this.environment = environment;
    this.nanoClock = environment.fence().clock();
    this.label = label;
    this.plugin = plugin;
    this.lockManager = lockManager;
    this.timing = timing;
  }

  @Override
  public ClusterConnection connect(
      VolumeIdentity volume,
      HeartbeatRegion region,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws IOException {
    Running node = running();
    checkCluster(node, volume);
    String uuid = volume.uuid().replace("-", "").toUpperCase(Locale.ROOT);
    if (!connecting.add(uuid)) {
      throw new IOException(volume.devicePath() + " is already connected by this node");
    }
    try {
      HeldHeartbeat other = held.get(uuid);
      if (other != null) {
        other.pause();
      }
      VolumeConnection connection =
          new VolumeConnection(this, node, uuid, region, protocol, recovery);
      connection.connect();
      connections.put(uuid, connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      disconnected(uuid);
      forgetFailedMembership();
      throw e;
    }
  }

  @Override
  public Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) throws IOException {
    Running node = running();
    checkCluster(node, volume);
    String uuid = volume.uuid().replace("-", "").toUpperCase(Locale.ROOT);
    HeldHeartbeat heartbeat = new HeldHeartbeat(this, node, uuid, region);
    if (held.putIfAbsent(uuid, heartbeat) != null) {
      throw new IOException(volume.devicePath() + " has a heartbeat of its own already");
    }
    try {
      if (!(heartbeat.pausesForMounts() && connecting.contains(uuid))) {
        heartbeat.start();
      }
    } catch (IOException | RuntimeException e) {
      held.remove(uuid);
      forgetFailedMembership();
      throw e;
    }
    return () -> {
      heartbeat.end();
      held.remove(uuid);
    };
  }

  @Override
  public ClusterConnection connectAgnostic(
      String domain, LockingProtocol protocol, RecoveryHandler recovery) throws IOException {
    Running node = running;
    if (node == null && ClusterConfig.read(environment.configFile()).tuning().byVotes()) {
      node = running();
    }
    if (node == null) {
      throw new ErrnoException(
          Errno.ENOTCONN,
          "lock domain " + domain + ": this node has no heartbeat; mount a volume first");
    }
    if (!connecting.add(domain)) {
      throw new ErrnoException(
          Errno.EBUSY, "lock domain " + domain + " is joined by this node already");
    }
    try {
      if (node.votes().isEmpty()) {
        node.pins().pin(domain);
      }
      BareConnection connection = new BareConnection(this, node, domain, protocol, recovery);
      connection.connect();
      return connection;
    } catch (IOException | RuntimeException e) {
      leftBare(domain);
      forgetFailedMembership();
      throw e;
    }
  }

  void leftBare(String domain) {
    Running node = running;
    if (node != null) {
      node.pins().unpin(domain);
    }
    connecting.remove(domain);
  }

  private static void checkCluster(Running node, VolumeIdentity volume) throws IOException {
    String wanted = volume.clusterName();
    if (wanted != null && !wanted.isEmpty() && !wanted.equals(node.config().name())) {
      throw new IOException(
          volume.devicePath()
              + " belongs to cluster '"
              + wanted
              + "' but this node is in cluster '"
              + node.config().name()
              + "': change the volume with 'lockstep tune --update-cluster-stack "
              + volume.devicePath()
              + "' or the cluster's name in the configuration");
    }
  }

  private synchronized Running running() throws IOException {
    if (running == null) {
      running =
          new NodeStart(
                  environment, label, lockManager, timing, generations, plockDaemon().isPresent())
              .start(this::presences);
    }
    return running;
  }

  private Collection<Presence> presences() {
    return Stream.concat(
            connections.values().stream().map(VolumeConnection::presence),
            held.values().stream().map(HeldHeartbeat::presence).filter(Objects::nonNull))
        .toList();
  }

  /** A refused node starts from the beginning at the next connection. */
  private synchronized void forgetFailedMembership() {
    Running node = running;
    if (node != null
        && node.joined().isCompletedExceptionally()
        && connecting.isEmpty()
        && held.isEmpty()) {
      close();
    }
  }

  StackTiming timing() {
    return timing;
  }

  LongSupplier nanoClock() {
    return nanoClock;
  }

  StackEnvironment environment() {
    return environment;
  }

  /** Who keeps byte-range locks in place of this stack; o2cb always keeps them itself. */
  Optional<PlockDaemon> plockDaemon() {
    return label.equals(Stacks.O2CB) ? Optional.empty() : environment.plocks();
  }

  long nextGeneration() {
    return generations.next();
  }

  void disconnected(String uuid) {
    connections.remove(uuid);
    connecting.remove(uuid);
    HeldHeartbeat other = held.get(uuid);
    if (other != null) {
      other.goOn();
    }
  }

  @Override
  public StackStatus status() {
    Running node = running;
    if (node == null) {
      return new StackStatus(label, plugin, "", -1, List.of(), List.of());
    }
    Set<Integer> members =
        node.membership().members().stream().map(Member::node).collect(Collectors.toSet());
    BitSet live = node.liveNodes().snapshot();
    BitSet linked = node.net().connectedNodes();
    return new StackStatus(
        label,
        plugin,
        node.config().name(),
        node.self().number(),
        node.config().nodes().stream()
            .map(
                n ->
                    new StackStatus.Node(
                        n.number(),
                        n.name(),
                        n.address().getHostAddress(),
                        members.contains(n.number()),
                        live.get(n.number()),
                        linked.get(n.number())))
            .toList(),
        volumes());
  }

  private List<StackStatus.Volume> volumes() {
    Map<String, StackStatus.Volume> volumes = new TreeMap<>();
    held.forEach((uuid, heart) -> heart.status().ifPresent(status -> volumes.put(uuid, status)));
    connections.forEach((uuid, connection) -> volumes.put(uuid, connection.status()));
    return List.copyOf(volumes.values());
  }

  @Override
  public synchronized void close() {
    Running node = running;
    running = null;
    if (node != null) {
      node.close(timing.net().idleTimeoutMs());
    }
  }
}
