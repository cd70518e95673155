package org.lockstepfs.stack.o2cb;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackGlue.VolumeIdentity;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.node.StackTiming;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;

/** A node of a test: joins, locks, and waits for what comes of it. */
public final class TestNode implements LockingProtocol {
  public static final String UUID = "0123456789ABCDEF0123456789ABCDEF";

  /** Ten times as fast as the default profile. */
  public static final StackTiming QUICK =
      StackTiming.of("quick", new HeartbeatTiming(100, 20), 5_000, 500, 20, 500);

  /** One lock, and what was said about it. */
  public final class Lock {
    public final Lksb lksb = new Lksb(this);
    public final LockId id;
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** Called at a blocking AST, if set. */
    public volatile Runnable onBlocking;

    Lock(String name) {
      id = LockId.of(name);
    }

    public Lock start(LockMode mode, LockFlag... flags) throws IOException {
      connection.lock(mode, lksb, set(flags), id);
      return this;
    }

    public String take(LockMode mode, LockFlag... flags) throws Exception {
      return start(mode, flags).next();
    }

    public String convert(LockMode mode, LockFlag... flags) throws Exception {
      Set<LockFlag> all = set(flags);
      all.add(LockFlag.CONVERT);
      connection.lock(mode, lksb, all, id);
      return next();
    }

    public String unlock(LockFlag... flags) throws Exception {
      connection.unlock(lksb, set(flags));
      return next();
    }

    public void cancel() throws IOException {
      connection.unlock(lksb, EnumSet.of(LockFlag.CANCEL));
    }

    /** Returns the next event, waiting for it; "nothing" after 10 s. */
    public String next() throws InterruptedException {
      String event = events.poll(10, TimeUnit.SECONDS);
      return event == null ? "nothing" : event;
    }
  }

  public final SelfFence fence = TestFence.unwatched(System::nanoTime);
  private static final VolumeIdentity VOLUME =
      new VolumeIdentity(UUID, "vol", "o2cb", "test", "/dev/test");

  public final StackNode node;
  public ClusterConnection connection;

  /** Nodes of whose death the file system was told. */
  public final List<Integer> died = new CopyOnWriteArrayList<>();

  private final BlockDevice device;

  TestNode(Path config, String name, BlockDevice device, MembershipSource source) {
    this(config, name, device, source, e -> O2cbPlugin.load(e, "o2cb", QUICK));
  }

  public TestNode(
      Path config,
      String name,
      BlockDevice device,
      MembershipSource source,
      Function<StackEnvironment, StackNode> stack) {
    this.device = device;
    node =
        stack.apply(
            new StackEnvironment(name, config, "fast", source, new SimpleMeterRegistry(), fence));
  }

  public TestNode connect() throws IOException {
    connection = node.connect(VOLUME, region(), this, died::add);
    return this;
  }

  public TestNode disconnect() throws IOException {
    connection.disconnect();
    return this;
  }

  /** Joins a lock domain that belongs to no volume. */
  public TestNode connectDomain(String name) throws IOException {
    connection = node.connectAgnostic(name, this, died::add);
    return this;
  }

  /** Beats for the volume until closed, connected or not. */
  public Closeable holdHeartbeat() throws IOException {
    return node.heartbeat(VOLUME, region());
  }

  private HeartbeatRegion region() {
    return new HeartbeatRegion(device, 4, 512, 8);
  }

  public Lock lock(String name) {
    return new Lock(name);
  }

  private static Set<LockFlag> set(LockFlag... flags) {
    Set<LockFlag> set = EnumSet.noneOf(LockFlag.class);
    set.addAll(Set.of(flags));
    return set;
  }

  @Override
  public ProtocolVersion maxVersion() {
    return ProtocolVersion.OCFS2;
  }

  @Override
  public void lockAst(Lksb lksb) {
    ((Lock) lksb.owner()).events.add(lksb.status() == null ? "ast" : lksb.status().name());
  }

  @Override
  public void blockingAst(Lksb lksb, LockMode wanted) {
    Lock lock = (Lock) lksb.owner();
    Runnable action = lock.onBlocking;
    if (action != null) {
      action.run();
    } else {
      lock.events.add("bast " + wanted);
    }
  }

  @Override
  public void unlockAst(Lksb lksb, Errno error) {
    ((Lock) lksb.owner()).events.add(error == null ? "unlocked" : "unlock " + error.name());
  }
}
