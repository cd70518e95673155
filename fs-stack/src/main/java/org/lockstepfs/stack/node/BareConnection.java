package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.member.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock domain that belongs to no volume. Its nodes are those whose heartbeats this node sees on
 * the volumes that it has mounted; so all of them have to share one. A member of the cluster whose
 * heartbeat is not seen could be in the domain without anybody knowing: then nobody joins. By votes
 * the domain shows for itself who is in it, and no volume is needed.
 */
final class BareConnection implements ClusterConnection {
  private static final Logger LOG = LoggerFactory.getLogger(BareConnection.class);

  private final StackNode node;
  private final Running running;
  private final String name;
  private final LockingProtocol protocol;
  private final Optional<Presence> presence;
  private final LockDomain domain;
  private volatile ProtocolVersion version;

  BareConnection(
      StackNode node,
      Running running,
      String name,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws ErrnoException {
    this.node = node;
    this.running = running;
    this.name = name;
    this.protocol = protocol;
    this.version = protocol.maxVersion();
    int self = running.self().number();
    this.presence = running.votes().map(votes -> VotesPresence.make(node, votes, name));
    IntFunction<OptionalLong> lives =
        presence.isPresent()
            ? presence.get()::generationOf
            : new MemberLives(running.membership(), running.liveNodes());
    OptionalLong life =
        presence.isPresent() ? OptionalLong.of(presence.get().generation()) : lives.apply(self);
    if (life.isEmpty()) {
      throw unconnected("this node has no heartbeat; mount a volume first");
    }
    if (presence.isEmpty()) {
      checkMembersAreSeen();
    }
    this.domain =
        running
            .domains()
            .make(
                new LockDomains.Setup(
                    name,
                    life.getAsLong(),
                    running.config(),
                    running.self(),
                    running.net(),
                    running.liveNodes(),
                    lives,
                    running.timer(),
                    node.nanoClock(),
                    node.environment().fence(),
                    protocol,
                    new DlmMeters(node.environment().metrics(), name),
                    this::membersChanged,
                    recovery));
  }

  private void checkMembersAreSeen() throws ErrnoException {
    for (Member member : running.membership().members()) {
      if (member.incarnation() != 0 && !running.liveNodes().isLive(member.node())) {
        throw unconnected(
            "node "
                + member.node()
                + " ("
                + member.name()
                + ") is a member but shares no mounted volume with this node");
      }
    }
  }

  private ErrnoException unconnected(String reason) {
    return new ErrnoException(Errno.ENOTCONN, "lock domain " + name + ": " + reason);
  }

  /** Goes through the steps of joining; undoes them if one fails. */
  void connect() throws IOException {
    try {
      if (presence.isPresent()) {
        presence.get().start();
        running.awaitMembership();
      }
      new LinkWait(running.net(), running.liveNodes(), thisNode(), node.nanoClock())
          .await(node.timing().linkTimeoutMs());
      domain.open();
      LockDomain.Joined joined =
          VolumeConnection.await(
              domain.join(), VolumeConnection.JOIN_TIMEOUT_SECONDS, "join lock domain " + name);
      version = new ProtocolVersion(protocol.maxVersion().major(), joined.minor());
      LOG.info("joined lock domain {}: nodes {}", name, joined.members());
    } catch (IOException | RuntimeException e) {
      domain.close();
      presence.ifPresent(Presence::stop);
      throw e;
    }
  }

  private void membersChanged(List<Integer> now) {
    LOG.info("lock domain {} has nodes {}", name, now);
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
  public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId id) throws ErrnoException {
    domain.lock(mode, lksb, flags, id);
  }

  @Override
  public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
    domain.unlock(lksb, flags);
  }

  /** A domain without files has no ranges of bytes to lock. */
  @Override
  public Optional<PosixLocks> posixLocks() {
    return Optional.empty();
  }

  @Override
  public String dump(Lksb lksb) {
    return domain.dump(lksb);
  }

  @Override
  public void disconnect() throws IOException {
    SelfFence fence = node.environment().fence();
    if (fence.isFenced()) {
      throw new IOException("fenced: " + fence.reason());
    }
    try {
      VolumeConnection.await(
          domain.leave(), VolumeConnection.LEAVE_TIMEOUT_SECONDS, "leave lock domain " + name);
    } finally {
      domain.close();
      presence.ifPresent(Presence::leave);
      node.leftBare(name);
    }
  }
}
