package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PlockDaemon;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackStatus;
import org.lockstepfs.stack.member.Member;
import org.lockstepfs.stack.plock.PlockTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One volume's place in the cluster: its heartbeat, its lock domain, its byte-range locks. */
final class VolumeConnection implements ClusterConnection {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeConnection.class);

  /** Longer than o2dlm's own patience with a domain that does not let us in. */
  static final int JOIN_TIMEOUT_SECONDS = 100;

  static final int LEAVE_TIMEOUT_SECONDS = 60;
  private static final int FENCE_TIMEOUT_SECONDS = 100;

  private final StackNode node;
  private final Running running;
  private final String uuid;
  private final LockingProtocol protocol;
  private final HeartbeatRegion region;
  private final Presence presence;
  private final Returns returns;
  private final LockDomain domain;
  private final PlockTransport plocks;
  private final Optional<PlockDaemon.VolumeLocks> externalPlocks;
  private volatile List<Integer> members = List.of();
  private volatile ProtocolVersion version;

  VolumeConnection(
      StackNode node,
      Running running,
      String uuid,
      HeartbeatRegion region,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws IOException {
    this.node = node;
    this.running = running;
    this.uuid = uuid;
    this.protocol = protocol;
    this.version = protocol.maxVersion();
    this.region = region;
    this.presence = Presence.make(node, running, uuid, region);
    this.returns = new Returns(recovery);
    this.domain =
        running
            .domains()
            .make(
                new LockDomains.Setup(
                    uuid,
                    presence.generation(),
                    running.config(),
                    running.self(),
                    running.net(),
                    running.liveNodes(),
                    presence::generationOf,
                    running.timer(),
                    node.nanoClock(),
                    node.environment().fence(),
                    protocol,
                    new DlmMeters(node.environment().metrics(), uuid),
                    this::membersChanged,
                    returns));
    this.plocks =
        new PlockTransport(
            running.net(),
            O2DlmConfig.domainKey(uuid),
            new PlockMember(running.self().number(), presence.generation()),
            presence::generationOf,
            running.timer());
    this.externalPlocks =
        node.plockDaemon().map(daemon -> daemon.volume(uuid, running.self().number()));
  }

  /** Goes through the steps of joining; undoes them if one fails. */
  void connect() throws IOException {
    try {
      presence.start();
      running.awaitMembership();
      fenceTheSilent(checkSilentMembers());
      new LinkWait(running.net(), running.liveNodes(), thisNode(), node.nanoClock())
          .await(node.timing().linkTimeoutMs());
      domain.open();
      plocks.open();
      LockDomain.Joined joined =
          await(domain.join(), JOIN_TIMEOUT_SECONDS, "join lock domain " + uuid);
      version = new ProtocolVersion(protocol.maxVersion().major(), joined.minor());
      LOG.info("joined lock domain {}: nodes {}", uuid, joined.members());
    } catch (IOException | RuntimeException e) {
      closeDomain();
      presence.stop();
      throw e;
    }
  }

  /**
   * A member whose heartbeat on this volume has stopped in its present life may still write: it and
   * the others may have given each other time because their disk hangs, of which this node knows
   * nothing.
   *
   * @return the silent nodes that are no members
   */
  private Set<Integer> checkSilentMembers() throws IOException {
    Map<Integer, Long> silent = new TreeMap<>(presence.silentGenerations());
    for (Member member : running.membership().members()) {
      Long generation = silent.remove(member.node());
      if (generation != null && member.incarnation() != 0 && generation > member.incarnation()) {
        throw new IOException(
            "node "
                + member.node()
                + " ("
                + member.name()
                + ") is a member but its heartbeat on this volume has stopped; try again when it"
                + " beats or has ended");
      }
    }
    return silent.keySet();
  }

  /**
   * Makes sure that nobody writes here whom nobody hears of: neither a node that other volumes have
   * lost just now, nor one that fell silent before anybody was here to notice; unless its kernel
   * says that its process has ended.
   *
   * @param strangers nodes whose heartbeat here has stopped without a leave, and who are no members
   */
  private void fenceTheSilent(Set<Integer> strangers) throws IOException {
    List<CompletableFuture<Void>> fences = new ArrayList<>();
    for (int stranger : strangers) {
      CompletableFuture<Boolean> ended = new CompletableFuture<>();
      running.net().probe(stranger, ended::complete);
      fences.add(
          ended.thenCompose(
              gone ->
                  gone
                      ? CompletableFuture.completedFuture(null)
                      : running.peerFence().fence(stranger)));
    }
    fences.add(running.liveNodes().allFenced());
    await(
        CompletableFuture.allOf(fences.toArray(new CompletableFuture<?>[0])),
        FENCE_TIMEOUT_SECONDS,
        "fence silent nodes " + strangers);
  }

  static <T> T await(CompletableFuture<T> future, int seconds, String what) throws IOException {
    try {
      return future.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("cannot " + what + ": " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("cannot " + what + ": no answer after " + seconds + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + what, e);
    }
  }

  private void membersChanged(List<Integer> now) {
    members = now;
    LOG.info("lock domain {} has nodes {}", uuid, now);
    plocks.members(now);
    returns.members(now);
  }

  private void closeDomain() {
    plocks.close();
    externalPlocks.ifPresent(PlockDaemon.VolumeLocks::leave);
    domain.close();
  }

  @Override
  public int thisNode() {
    return running.self().number();
  }

  @Override
  public ProtocolVersion protocolVersion() {
    return version;
  }

  @Override
  public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name)
      throws ErrnoException {
    domain.lock(mode, lksb, flags, name);
  }

  @Override
  public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
    domain.unlock(lksb, flags);
  }

  @Override
  public Optional<PosixLocks> posixLocks() {
    return Optional.of(externalPlocks.map(PosixLocks.class::cast).orElse(plocks.locks()));
  }

  @Override
  public String dump(Lksb lksb) {
    return domain.dump(lksb);
  }

  Presence presence() {
    return presence;
  }

  StackStatus.Volume status() {
    return new StackStatus.Volume(
        uuid,
        TimeUnit.NANOSECONDS.toMillis(presence.ageNanos()),
        members,
        domain.locks(),
        region,
        1 + running.pins().count());
  }

  @Override
  public void disconnect() throws IOException {
    SelfFence fence = node.environment().fence();
    if (fence.isFenced()) {
      // The others shall recover what this node held, not take it for given back.
      throw new IOException("fenced: " + fence.reason());
    }
    try {
      await(domain.leave(), LEAVE_TIMEOUT_SECONDS, "leave lock domain " + uuid);
    } finally {
      closeDomain();
      presence.leave();
      node.disconnected(uuid);
    }
  }
}
