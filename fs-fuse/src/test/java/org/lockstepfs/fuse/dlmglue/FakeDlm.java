package org.lockstepfs.fuse.dlmglue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;

/**
 * A lock manager for several nodes in one process: correct, simple, and as unhelpful about order as
 * the contract of {@link ClusterConnection} allows. Requests arrive and callbacks are delivered
 * after random delays on two threads, some before the call returns; a BAST may come before the AST
 * of the grant that it is about; a cancel may be refused with EBUSY or come too late; a downconvert
 * may be refused with EBUSY. Nodes may die.
 */
public final class FakeDlm implements AutoCloseable {

  private enum Where {
    NOWHERE,
    GRANTED,
    CONVERTING,
    BLOCKED
  }

  private static final class Lock {
    final Lksb lksb;
    final Connection owner;
    final Resource resource;
    Where where = Where.NOWHERE;
    LockMode mode = LockMode.NL;
    LockMode requested = LockMode.NL;
    LockMode toldBlocking = LockMode.NL;
    boolean outstanding;
    boolean arrived;
    boolean valblk;

    Lock(Lksb lksb, Connection owner, Resource resource) {
      this.lksb = lksb;
      this.owner = owner;
      this.resource = resource;
    }
  }

  private static final class Resource {
    final LockId name;
    final List<Lock> granted = new ArrayList<>();
    final Deque<Lock> converting = new ArrayDeque<>();
    final Deque<Lock> blocked = new ArrayDeque<>();
    final byte[] lvb = new byte[Lksb.LVB_LENGTH];
    boolean lvbValid = true;

    Resource(LockId name) {
      this.name = name;
    }
  }

  private final Random random;
  private final Map<LockId, Resource> resources = new HashMap<>();
  private final LateEvents events;
  private final List<Connection> connections = new ArrayList<>();

  /** What went wrong, in words; empty if nothing did. */
  public final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

  /** Percentage of downconvert calls that are refused with EBUSY. */
  volatile int busyDownconverts;

  /** Percentage of calls whose callback runs before the call returns. */
  volatile int synchronousGrants = 10;

  /** Cancels that took an operation back. */
  volatile int cancelsWon;

  /** Makes a lock manager that takes up to so long for each message. */
  public FakeDlm(long seed, long maxDelayMicros) {
    this.random = new Random(seed);
    this.events = new LateEvents(seed, maxDelayMicros, violations);
  }

  ClusterConnection connect(int node, LockingProtocol protocol) {
    return connect(node, protocol, RecoveryHandler.NONE, null);
  }

  /** Connects a node that hears of others' deaths, with byte-range locks of its own. */
  public synchronized ClusterConnection connect(
      int node, LockingProtocol protocol, RecoveryHandler recovery, PosixLocks posixLocks) {
    Connection connection = new Connection(node, protocol, recovery, posixLocks);
    connections.add(connection);
    return connection;
  }

  /**
   * A node stops: nothing that it says from now on is heard, but what it said last may still
   * arrive. It does not know, and is granted whatever it wants.
   */
  public synchronized void stop(int node) {
    connections.stream().filter(c -> c.node == node).forEach(c -> c.stopped = true);
  }

  /** The others learn that a node that has stopped is dead; then its locks go. */
  public synchronized void bury(int node) {
    List<Connection> dead = connections.stream().filter(c -> c.node == node).toList();
    connections.removeAll(dead);
    dead.forEach(c -> c.buried = true);
    connections.forEach(c -> c.recovery.nodeDown(node));
    for (Resource r : List.copyOf(resources.values())) {
      boolean writing = r.granted.stream().anyMatch(l -> l.owner.buried && l.mode == LockMode.EX);
      boolean nobodyKnows =
          r.granted.stream().allMatch(l -> l.owner.buried || l.mode == LockMode.NL);
      // The master of a resource may have been the dead node.
      r.lvbValid &= !writing && !(nobodyKnows && random.nextBoolean());
      r.granted.removeIf(l -> l.owner.buried);
      forgetWaiting(r.converting);
      forgetWaiting(r.blocked);
      shuffle(r);
    }
  }

  private void forgetWaiting(Deque<Lock> queue) {
    List<Lock> dead = queue.stream().filter(l -> l.owner.buried).toList();
    queue.removeAll(dead);
    dead.forEach(lock -> ast(lock, null));
  }

  /** Returns how many locks of any node the manager knows, under a name that begins so. */
  synchronized int locks() {
    int count = 0;
    for (Resource r : resources.values()) {
      count += r.granted.size() + r.converting.size() + r.blocked.size();
    }
    return count;
  }

  @Override
  public void close() {
    events.close();
  }

  private void later(Runnable action) {
    events.later(action);
  }

  private synchronized boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private synchronized Resource resource(LockId name) {
    return resources.computeIfAbsent(name, Resource::new);
  }

  private void ast(Lock lock, Errno status) {
    later(() -> deliverAst(lock, status));
  }

  private void deliverAst(Lock lock, Errno status) {
    synchronized (this) {
      lock.outstanding = false;
      if (status == null && lock.valblk && lock.mode.ordinal() >= LockMode.PR.ordinal()) {
        System.arraycopy(lock.resource.lvb, 0, lock.lksb.lvb(), 0, Lksb.LVB_LENGTH);
        lock.lksb.lvbValid(lock.resource.lvbValid);
      }
      lock.lksb.status(status);
    }
    lock.owner.protocol.lockAst(lock.lksb);
  }

  private void unlockAst(Lock lock) {
    later(
        () -> {
          synchronized (this) {
            lock.outstanding = false;
          }
          lock.owner.protocol.unlockAst(lock.lksb, null);
        });
  }

  private boolean grantable(Lock lock) {
    for (Lock other : lock.resource.granted) {
      if (other != lock && !other.mode.compatibleWith(lock.requested)) {
        return false;
      }
    }
    for (Lock other : lock.resource.converting) {
      if (other != lock && !other.mode.compatibleWith(lock.requested)) {
        return false;
      }
    }
    return true;
  }

  private void grant(Lock lock) {
    Resource r = lock.resource;
    r.converting.remove(lock);
    r.blocked.remove(lock);
    r.granted.remove(lock);
    lock.mode = lock.requested;
    lock.toldBlocking = LockMode.NL;
    lock.where = Where.GRANTED;
    r.granted.add(lock);
    for (Lock other : r.granted) {
      if (other != lock && !other.mode.compatibleWith(lock.mode)) {
        violations.add(r.name + ": granted " + lock.mode + " beside " + other.mode);
      }
    }
  }

  private void tellBlockers(Lock waiting) {
    List<Lock> holders = new ArrayList<>(waiting.resource.granted);
    holders.addAll(waiting.resource.converting);
    for (Lock holder : holders) {
      if (holder != waiting
          && !holder.mode.compatibleWith(waiting.requested)
          && waiting.requested.strongerThan(holder.toldBlocking)) {
        holder.toldBlocking = waiting.requested;
        LockMode wanted = waiting.requested;
        later(() -> holder.owner.protocol.blockingAst(holder.lksb, wanted));
      }
    }
  }

  /** Grants what can be granted: the head of converting, then the head of blocked. */
  private void shuffle(Resource r) {
    while (!r.converting.isEmpty() && grantable(r.converting.peek())) {
      Lock lock = r.converting.peek();
      grant(lock);
      ast(lock, null);
    }
    while (r.converting.isEmpty() && !r.blocked.isEmpty() && grantable(r.blocked.peek())) {
      Lock lock = r.blocked.peek();
      grant(lock);
      ast(lock, null);
    }
    if (!r.converting.isEmpty()) {
      tellBlockers(r.converting.peek());
    } else if (!r.blocked.isEmpty()) {
      tellBlockers(r.blocked.peek());
    }
  }

  /** Returns whether the operation ended at once; its AST is the caller's then. */
  private synchronized boolean arrive(Lock lock, boolean noQueue, boolean mayAnswerHere) {
    lock.arrived = true;
    if (lock.owner.buried) {
      ast(lock, null);
      return false;
    }
    Resource r = lock.resource;
    boolean down = lock.where == Where.GRANTED && !lock.requested.strongerThan(lock.mode);
    if (down) {
      if (lock.valblk && lock.mode == LockMode.EX) {
        System.arraycopy(lock.lksb.lvb(), 0, r.lvb, 0, Lksb.LVB_LENGTH);
        r.lvbValid = true;
      }
    } else if (!grantable(lock)) {
      if (noQueue) {
        ast(lock, Errno.EAGAIN);
        tellBlockers(lock);
        return false;
      }
      if (lock.where == Where.GRANTED) {
        r.granted.remove(lock);
        r.converting.add(lock);
        lock.where = Where.CONVERTING;
      } else {
        r.blocked.add(lock);
        lock.where = Where.BLOCKED;
      }
      shuffle(r);
      return false;
    }
    grant(lock);
    if (!mayAnswerHere) {
      ast(lock, null);
    }
    shuffle(r);
    return mayAnswerHere;
  }

  private synchronized void arriveCancel(Lock lock) {
    if (lock.owner.buried) {
      return;
    }
    Resource r = lock.resource;
    switch (lock.where) {
      case CONVERTING -> {
        r.converting.remove(lock);
        r.granted.add(lock);
        lock.where = Where.GRANTED;
        lock.toldBlocking = LockMode.NL;
        cancelsWon++;
        unlockAst(lock);
      }
      case BLOCKED -> {
        r.blocked.remove(lock);
        lock.where = Where.NOWHERE;
        cancelsWon++;
        unlockAst(lock);
      }
      default -> {
        // Too late: the lock AST is on its way, and no other callback comes.
      }
    }
    shuffle(r);
  }

  private synchronized void arriveUnlock(Lock lock, boolean valblk) {
    if (lock.owner.buried) {
      unlockAst(lock);
      return;
    }
    Resource r = lock.resource;
    if (valblk && lock.mode == LockMode.EX) {
      System.arraycopy(lock.lksb.lvb(), 0, r.lvb, 0, Lksb.LVB_LENGTH);
      r.lvbValid = true;
    }
    if (!r.granted.remove(lock)) {
      violations.add(r.name + ": unlocked while " + lock.where);
    }
    lock.where = Where.NOWHERE;
    unlockAst(lock);
    shuffle(r);
    if (r.granted.isEmpty() && r.converting.isEmpty() && r.blocked.isEmpty() && chance(20)) {
      // Forgotten, but not removed: a request for it may be on its way.
      Arrays.fill(r.lvb, (byte) 0);
    }
  }

  private final class Connection implements ClusterConnection {
    private final int node;
    private final LockingProtocol protocol;
    private final RecoveryHandler recovery;
    private final PosixLocks posixLocks;
    private volatile boolean stopped;
    private boolean buried;

    Connection(
        int node, LockingProtocol protocol, RecoveryHandler recovery, PosixLocks posixLocks) {
      this.node = node;
      this.protocol = protocol;
      this.recovery = recovery;
      this.posixLocks = posixLocks;
    }

    @Override
    public int thisNode() {
      return node;
    }

    @Override
    public ProtocolVersion protocolVersion() {
      return ProtocolVersion.OCFS2;
    }

    @Override
    public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name)
        throws ErrnoException {
      if (stopped) {
        if (!flags.contains(LockFlag.CONVERT)) {
          lksb.pluginHandle(new Lock(lksb, this, new Resource(name)));
        }
        ast((Lock) lksb.pluginHandle(), null);
        return;
      }
      Lock lock;
      boolean here = chance(synchronousGrants);
      boolean noQueue = flags.contains(LockFlag.NOQUEUE);
      synchronized (FakeDlm.this) {
        lock = prepare(mode, lksb, flags, name);
        if (!here) {
          later(() -> arrive(lock, noQueue, false));
        }
      }
      if (here && arrive(lock, noQueue, true)) {
        deliverAst(lock, null);
      }
    }

    private Lock prepare(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name)
        throws ErrnoException {
      boolean convert = flags.contains(LockFlag.CONVERT);
      if (!convert) {
        lksb.pluginHandle(new Lock(lksb, this, resource(name)));
      }
      Lock lock = (Lock) lksb.pluginHandle();
      if (lock.outstanding || convert != (lock.where == Where.GRANTED)) {
        violations.add(name + ": lock call while one is out, or without its lock");
      }
      if (convert && lock.mode.strongerThan(mode) && chance(busyDownconverts)) {
        throw new ErrnoException(Errno.EBUSY, "cancel in progress");
      }
      lock.outstanding = true;
      lock.arrived = false;
      lock.requested = mode;
      lock.valblk = flags.contains(LockFlag.VALBLK);
      return lock;
    }

    @Override
    public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
      synchronized (FakeDlm.this) {
        Lock lock = (Lock) lksb.pluginHandle();
        if (stopped && !flags.contains(LockFlag.CANCEL)) {
          unlockAst(lock);
          return;
        }
        if (flags.contains(LockFlag.CANCEL)) {
          if (stopped || !lock.outstanding || (!lock.arrived && chance(50))) {
            throw new ErrnoException(Errno.EBUSY, "cancel too early or too late");
          }
          arriveCancelInOrder(lock);
          return;
        }
        if (lock.outstanding) {
          violations.add(lock.resource.name + ": unlock while a call is out");
        }
        lock.outstanding = true;
        later(() -> arriveUnlock(lock, flags.contains(LockFlag.VALBLK)));
      }
    }

    /** A cancel does not overtake the call that it is for. */
    private void arriveCancelInOrder(Lock lock) {
      later(
          () -> {
            synchronized (FakeDlm.this) {
              if (lock.outstanding && !lock.arrived) {
                arriveCancelInOrder(lock);
              } else if (lock.outstanding) {
                arriveCancel(lock);
              }
            }
          });
    }

    @Override
    public Optional<PosixLocks> posixLocks() {
      return Optional.ofNullable(posixLocks);
    }

    @Override
    public String dump(Lksb lksb) {
      return "";
    }

    @Override
    public void disconnect() {
      synchronized (FakeDlm.this) {
        connections.remove(this);
      }
    }
  }
}
