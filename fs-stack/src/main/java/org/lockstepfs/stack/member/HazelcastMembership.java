package org.lockstepfs.stack.member;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members by Hazelcast: one member per node daemon, found at the addresses that cluster.conf lists.
 *
 * <p>Hazelcast is kept small: few threads and partitions, no multicast, no automatic discovery, no
 * port but the configured one, no phone-home, no health monitor. It stores no data.
 */
public final class HazelcastMembership implements Membership {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastMembership.class);
  private static final int CONNECT_TIMEOUT_SECONDS = 2;

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.health.monitoring.level", "OFF"),
          Map.entry("hazelcast.slow.operation.detector.enabled", "false"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.tcp.join.port.try.count", "1"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "1"),
          Map.entry("hazelcast.max.join.seconds", "10"),
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
          Map.entry("hazelcast.partition.count", "11"),
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.operation.thread.count", "1"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.operation.response.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "1"));

  private final ClusterConfig cluster;
  private final ClusterNode self;
  private final MemberProfile profile;
  private final List<MembershipListener> listeners = new CopyOnWriteArrayList<>();
  private volatile HazelcastInstance instance;

  /**
   * Makes the source; nothing runs before {@link #start}.
   *
   * @param profile this node, as the others shall see it
   */
  public HazelcastMembership(ClusterConfig cluster, ClusterNode self, MemberProfile profile) {
    this.cluster = cluster;
    this.self = self;
    this.profile = profile;
  }

  @Override
  public void start() throws IOException {
    HazelcastInstance started;
    try {
      started = Hazelcast.newHazelcastInstance(config());
    } catch (HazelcastException | IllegalStateException e) {
      throw new IOException(
          "membership cannot start on "
              + self.address().getHostAddress()
              + ":"
              + self.membershipPort()
              + ": "
              + e.getMessage(),
          e);
    }
    Optional<String> refusal = refusal(started);
    if (refusal.isPresent()) {
      started.shutdown();
      throw new IOException("cannot join cluster " + cluster.name() + ": " + refusal.get());
    }
    started.getCluster().addMembershipListener(new Events());
    instance = started;
    LOG.info("joined cluster {} as node {}: {}", cluster.name(), self.number(), members());
  }

  private Config config() {
    Config config = new Config("lockstep-" + self.name());
    config.setClusterName(cluster.name());
    config.setProperties(asProperties());
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    Attributes.of(profile).forEach(config.getMemberAttributeConfig()::setAttribute);
    NetworkConfig network = config.getNetworkConfig();
    String address = self.address().getHostAddress();
    network.setPort(self.membershipPort()).setPortAutoIncrement(false);
    network.setPublicAddress(address + ":" + self.membershipPort());
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(CONNECT_TIMEOUT_SECONDS);
    for (ClusterNode node : cluster.nodes()) {
      join.getTcpIpConfig()
          .addMember(node.address().getHostAddress() + ":" + node.membershipPort());
    }
    return config;
  }

  private static java.util.Properties asProperties() {
    java.util.Properties properties = new java.util.Properties();
    properties.putAll(PROPERTIES);
    return properties;
  }

  /** Checks this node against those that were there before it; Hazelcast lists the oldest first. */
  private Optional<String> refusal(HazelcastInstance started) {
    for (com.hazelcast.cluster.Member other : started.getCluster().getMembers()) {
      if (other.localMember()) {
        return Optional.empty();
      }
      Optional<String> refusal =
          Attributes.read(other.getAttributes())
              .map(p -> p.refusal(profile))
              .orElse(Optional.of("member " + other.getAddress() + " is not a Lockstep node"));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Member> members() {
    HazelcastInstance running = instance;
    if (running == null) {
      return List.of();
    }
    try {
      return running.getCluster().getMembers().stream()
          .flatMap(m -> Attributes.read(m.getAttributes()).stream())
          .map(MemberProfile::member)
          .sorted(Comparator.comparingInt(Member::node))
          .toList();
    } catch (HazelcastInstanceNotActiveException e) {
      return List.of();
    }
  }

  @Override
  public void addListener(MembershipListener listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    HazelcastInstance running = instance;
    instance = null;
    if (running != null) {
      running.shutdown();
    }
  }

  /** Passes Hazelcast's events on as hints. */
  private final class Events implements com.hazelcast.cluster.MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      Attributes.read(event.getMember().getAttributes())
          .ifPresent(
              p -> {
                LOG.info("member {} came", p.member());
                listeners.forEach(l -> l.memberUp(p.member()));
              });
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      Attributes.read(event.getMember().getAttributes())
          .ifPresent(
              p -> {
                LOG.info("member {} went", p.member());
                listeners.forEach(l -> l.memberDown(p.member()));
              });
    }
  }
}
