package org.lockstepfs.fuse.sim;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.dlmglue.SteppedLock;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.node.DlmMeters;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.SendListener;
import org.lockstepfs.stack.o2net.SendResult;
import org.lockstepfs.stack.o2net.Transport;
import org.lockstepfs.stack.user.SteppedUserDomain;
import org.lockstepfs.stack.user.control.ControlMessage;

/** A node's real domain of the user stack, on the simulated network. */
final class UserLockDomain implements LockDomain, Transport {
  /** Instead of a status: the type has no handler; no status comes before the link breaks. */
  private static final int NO_HANDLER = Integer.MIN_VALUE;

  private static final int UNANSWERED = Integer.MIN_VALUE + 1;

  private record Sent(int to, SendListener result) {}

  final Life life;

  /** For a broken rule: the number of the last frame from each life. */
  final Map<Long, Long> taken = new HashMap<>();

  private final SteppedUserDomain user;
  private final UserWire wire;
  private final Map<Integer, MessageHandler> handlers = new HashMap<>();
  private final Map<Long, Sent> outstanding = new TreeMap<>();
  private List<Integer> members = List.of();
  private boolean takesPart;
  private long lastToken;

  UserLockDomain(Life life) {
    this.life = life;
    this.wire = new UserWire(this, life.cluster.rules.user());
    this.user =
        new SteppedUserDomain(
            new LockDomains.Setup(
                "sim",
                life.generation,
                null,
                new ClusterNode(life.number, "n" + life.number, null, life.number, life.number),
                null,
                life.liveNodes,
                this::incarnationOf,
                new SimTimer(life::after, life::post),
                life::clockNanos,
                life.fence,
                new Callbacks(),
                new DlmMeters(new CompositeMeterRegistry(), "sim"),
                this::members,
                new Recovery()),
            this);
  }

  private OptionalLong incarnationOf(int node) {
    long known = life.generationOf(node);
    return known == 0 ? OptionalLong.empty() : OptionalLong.of(known);
  }

  private void members(List<Integer> now) {
    members = now;
    life.cluster.random.trace(() -> life.number + ": members " + now);
    life.members(now);
  }

  /** Returns the lock manager of a node that takes part; else null. */
  FsDlm engine() {
    return takesPart ? user.engine() : null;
  }

  /** Passes on what the domain says of deaths. */
  private final class Recovery implements RecoveryHandler {
    @Override
    public void nodeDown(int node) {
      life.memberDied(node);
    }

    @Override
    public void nodeBack(int node) {
      life.memberBack(node);
    }
  }

  // The domain.

  @Override
  public void join() {
    takesPart = true;
    user.domain().open();
    user.domain()
        .join()
        .whenComplete(
            (joined, refusal) -> {
              if (refusal == null) {
                life.joined();
              } else {
                life.end();
              }
            });
  }

  @Override
  public void leave() {
    takesPart = false;
    user.domain()
        .leave()
        .thenRun(
            () -> {
              user.domain().close();
              life.left();
            });
  }

  @Override
  public boolean counts(int node) {
    return takesPart && members.contains(node);
  }

  @Override
  public void linkUp(int node) {}

  @Override
  public void nodeDown(int node) {
    user.listener().nodeDown(node);
  }

  // The network.

  @Override
  public void register(int type, int key, int maxLength, MessageHandler handler) {
    handlers.put(type, handler);
  }

  @Override
  public void unregister(int type, int key) {
    handlers.remove(type);
  }

  @Override
  public void send(int target, int type, int key, byte[] payload, SendListener result) {
    if (UserWire.isRisky(type, payload) && life.cluster.strikes()) {
      life.end();
    } else if (life.isSilent() || !life.isLinked(target)) {
      life.post(() -> result.done(SendResult.NOT_CONNECTED, 0));
    } else {
      long token = ++lastToken;
      outstanding.put(token, new Sent(target, wire.listener(type, payload, result)));
      life.cluster.send(life, target, new UserWire.Packet(type, payload), token);
    }
  }

  @Override
  public int receive(int from, Object message) {
    if (message instanceof PlockEnvelope envelope) {
      life.ranges.receive(envelope);
      return 0;
    }
    UserWire.Packet packet = (UserWire.Packet) message;
    MessageHandler handler = handlers.get(packet.type());
    if (handler == null) {
      return NO_HANDLER;
    }
    byte[] payload = wire.arrives(packet);
    if (life.isSilent() || payload == null) {
      return UNANSWERED;
    }
    Request request = new Request(from, packet.type(), payload);
    handler.handle(request);
    return request.status;
  }

  /** Lets a broken rule put in what another node did not say. */
  void inject(int from, ControlMessage message) {
    MessageHandler handler = handlers.get(SteppedUserDomain.CONTROL_TYPE);
    handler.handle(
        new Request(from, SteppedUserDomain.CONTROL_TYPE, ControlMessage.encode(message)));
  }

  /** Returns the members of the set in force. */
  List<Integer> members() {
    return members;
  }

  private static final class Request implements MessageHandler.Request {
    private final int from;
    private final int type;
    private final byte[] payload;
    private int status = UNANSWERED;

    Request(int from, int type, byte[] payload) {
      this.from = from;
      this.type = type;
      this.payload = payload;
    }

    @Override
    public int from() {
      return from;
    }

    @Override
    public int type() {
      return type;
    }

    @Override
    public byte[] payload() {
      return payload;
    }

    @Override
    public void answer(int newStatus) {
      status = newStatus;
    }
  }

  @Override
  public void replied(long token, int status) {
    if (status == UNANSWERED) {
      return;
    }
    Sent sent = outstanding.remove(token);
    if (sent != null && status == NO_HANDLER) {
      sent.result.done(SendResult.NO_HANDLER, 0);
    } else if (sent != null) {
      sent.result.done(SendResult.DELIVERED, status);
    }
  }

  @Override
  public void linkLost(int node) {
    for (Map.Entry<Long, Sent> sent : new ArrayList<>(outstanding.entrySet())) {
      if (sent.getValue().to == node) {
        sendFailed(sent.getKey());
      }
    }
  }

  @Override
  public void sendFailed(long token) {
    Sent sent = outstanding.remove(token);
    if (sent != null) {
      sent.result.done(SendResult.DIED, 0);
    }
  }

  /** Everything is sent at once. */
  @Override
  public void drain() {}

  // Calls of the lock cache.

  @Override
  public void lock(SteppedLock lock, LockMode mode, Set<LockFlag> flags) {
    try {
      user.domain().lock(mode, lock.lksb(), flags, lock.name());
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void unlock(SteppedLock lock, Set<LockFlag> flags) {
    try {
      user.domain().unlock(lock.lksb(), flags);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  /** What the lock manager calls back. */
  private final class Callbacks implements LockingProtocol {
    @Override
    public ProtocolVersion maxVersion() {
      return ProtocolVersion.OCFS2;
    }

    @Override
    public void lockAst(Lksb lksb) {
      if (lksb.status() != null && lksb.status() != Errno.EAGAIN) {
        throw new AssertionError(life.number + ": " + lksb.owner() + " got " + lksb.status());
      }
      lksb.lvbValid(wire.lvbValid(lksb.lvbValid()));
      ((SteppedLock) lksb.owner()).completed(lksb.status());
    }

    @Override
    public void blockingAst(Lksb lksb, LockMode wanted) {
      ((SteppedLock) lksb.owner()).blocks(wanted);
    }

    @Override
    public void unlockAst(Lksb lksb, Errno error) {
      if (error != null) {
        throw new AssertionError(life.number + ": unlock of " + lksb.owner() + " got " + error);
      }
      ((SteppedLock) lksb.owner()).unlocked();
    }
  }

  // Checks.

  @Override
  public boolean isSettled() {
    List<Integer> up = life.cluster.up().stream().map(other -> other.number).toList();
    return takesPart && user.engine().isRunning() && members.equals(up);
  }

  @Override
  public String dump(SteppedLock lock) {
    return lock.lksb() == null ? " no lock" : " " + user.domain().dump(lock.lksb());
  }

  @Override
  public String toString() {
    return "members "
        + members
        + " in set "
        + user.engine().sequence()
        + (user.engine().isRunning() ? " running" : " recovery " + user.engine().recoverStatus())
        + ", unanswered "
        + outstanding.values().stream().map(Sent::to).toList();
  }
}
