package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.ControlServer;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.HeartbeatAnswer;
import org.lockstepfs.fuse.control.Messages.HeartbeatRequest;
import org.lockstepfs.fuse.control.Messages.LeftRequest;
import org.lockstepfs.fuse.control.Messages.MemberStatus;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.control.Messages.StackAnswer;
import org.lockstepfs.fuse.control.Messages.StackRequest;
import org.lockstepfs.fuse.control.Messages.Status;
import org.lockstepfs.fuse.control.Messages.StopRequest;
import org.lockstepfs.fuse.control.Messages.WritableRequest;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.control.StoppingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node: answers the control socket until it is told to stop. */
public final class NodeDaemon implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDaemon.class);

  private static final int STACK_REFUSED = 1;
  private static final int HEARTBEAT_REFUSED = 1;

  /** What status shows of the cluster. */
  public interface ClusterView {
    /** Returns the cluster's name; empty if this node has joined none. */
    String cluster();

    /** Returns the members, this node included; empty if it has joined no cluster. */
    List<MemberStatus> members();
  }

  /** The choice of the cluster stack, and what uses it without a volume. */
  public interface StackControl {
    /** Returns the stack in force. */
    StackAnswer stack();

    /** Chooses another one; fails with one line that says what stands against it. */
    void choose(String label) throws IOException;

    /**
     * Leaves the lock domains that belong to no volume; they need the volumes' heartbeats.
     *
     * @param force drop locks that are held
     */
    void leaveDomains(boolean force) throws IOException;
  }

  private final NodePaths paths;
  private final Mounts mounts;
  private final MountTarget target;
  private final HeartbeatReferences heartbeats;
  private final ClusterView cluster;
  private final StackControl stacks;
  private final String metricsUrl;
  private final boolean endsIfUnused;
  private final ControlServer control;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private NodeDaemon(
      NodePaths paths,
      Mounter mounter,
      MountCalls calls,
      ClusterView cluster,
      StackControl stacks,
      String metricsUrl,
      NodeFence fence,
      boolean endsIfUnused)
      throws IOException {
    this.paths = paths;
    MountNotes notes = MountNotes.of(paths);
    DeadMounts dead = new DeadMounts(notes, calls);
    dead.detach(mount -> true);
    notes.keep(calls.table());
    this.mounts = new Mounts(mounter, calls, notes);
    this.target = new MountTarget(paths.node(), dead, calls);
    this.heartbeats = new HeartbeatReferences(mounter, mounts);
    fence.watch(mounts);
    this.cluster = cluster;
    this.stacks = stacks;
    this.metricsUrl = metricsUrl;
    this.endsIfUnused = endsIfUnused;
    this.control = new ControlServer(paths.socket());
  }

  /**
   * Begins to answer; detaches first what a killed daemon of this node left mounted. The caller
   * holds the {@link NodeLock}.
   *
   * @param stacks the choice of the cluster stack
   * @param metricsUrl where Prometheus may scrape, for status
   * @param fence cuts this daemon's mounts off when the node must stop
   * @param endsIfUnused whether to end when a mount fails before any has succeeded
   * @throws IOException if the run directory is unusable
   */
  public static NodeDaemon start(
      NodePaths paths,
      Mounter mounter,
      MountCalls calls,
      ClusterView cluster,
      StackControl stacks,
      String metricsUrl,
      NodeFence fence,
      boolean endsIfUnused)
      throws IOException {
    NodeDaemon daemon =
        new NodeDaemon(paths, mounter, calls, cluster, stacks, metricsUrl, fence, endsIfUnused);
    daemon.serve();
    return daemon;
  }

  private void serve() {
    control.route("/mount", MountRequest.class, this::mount);
    control.route("/left", LeftRequest.class, this::left);
    control.route("/writable", WritableRequest.class, this::allowWrites);
    control.route("/status", Done.class, request -> status());
    control.route("/stack", StackRequest.class, this::stack);
    control.route("/heartbeat/start", HeartbeatRequest.class, this::startHeartbeat);
    control.route("/heartbeat/stop", HeartbeatRequest.class, this::stopHeartbeat);
    control.route("/heartbeat/refs", Done.class, rq -> new HeartbeatAnswer(heartbeats.refs()));
    control.route("/stop", StopRequest.class, this::stop);
    control.start();
    LOG.info("node {} is up, pid {}", paths.node(), ProcessHandle.current().pid());
  }

  private Done mount(MountRequest request) throws IOException {
    boolean mounted = false;
    try {
      mountOrRefuse(request);
      mounted = true;
      return new Done();
    } finally {
      endIfUnused(mounted);
    }
  }

  private void endIfUnused(boolean used) {
    if (!used && endsIfUnused && mounts.stopIfNeverUsed()) {
      LOG.info("node {} stops, since what it was started for failed", paths.node());
      stopped.countDown();
    }
  }

  private Done startHeartbeat(HeartbeatRequest request) throws IOException {
    boolean started = false;
    try {
      heartbeats.start(request.volume());
      mounts.use();
      started = true;
      return new Done();
    } catch (ControlException | StoppingException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("no heartbeat on {}", request.volume(), e);
      throw new ControlException(e.getMessage(), HEARTBEAT_REFUSED);
    } finally {
      endIfUnused(started);
    }
  }

  private Done stopHeartbeat(HeartbeatRequest request) throws IOException {
    try {
      heartbeats.stop(request.volume());
      return new Done();
    } catch (ErrnoException e) {
      throw new ControlException(e.getMessage(), HEARTBEAT_REFUSED);
    }
  }

  private void mountOrRefuse(MountRequest request) throws IOException {
    try {
      target.prepare(request);
      mounts.mount(request);
    } catch (ControlException | StoppingException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new ControlException(e.getFile() + " does not exist", 32);
    } catch (IOException e) {
      LOG.warn("cannot mount {} on {}", request.device(), request.dir(), e);
      throw new ControlException(e.getMessage(), 32);
    }
  }

  private Done left(LeftRequest request) throws IOException {
    mounts.awaitLeft(request);
    return new Done();
  }

  private Done allowWrites(WritableRequest request) throws IOException {
    mounts.allowWrites(request.devno());
    return new Done();
  }

  private StackAnswer stack(StackRequest request) throws IOException {
    try {
      if (!request.label().isEmpty()) {
        stacks.choose(request.label());
      }
      return stacks.stack();
    } catch (ErrnoException e) {
      throw new ControlException(e.getMessage(), STACK_REFUSED);
    }
  }

  private Done stop(StopRequest request) throws IOException {
    stacks.leaveDomains(request.force());
    mounts.stop(request.force());
    heartbeats.close();
    LOG.info("node {} stops", paths.node());
    stopped.countDown();
    return new Done();
  }

  private Status status() throws IOException {
    return new Status(
        paths.node(),
        ProcessHandle.current().pid(),
        Version.current(),
        metricsUrl,
        cluster.cluster(),
        cluster.members(),
        mounts.status());
  }

  /** Leaves every volume, in use or not; for a termination signal. */
  public void leaveAll() throws IOException {
    stacks.leaveDomains(true);
    mounts.stop(true);
    heartbeats.close();
  }

  /** Returns how many references tools hold on the heartbeat of a volume, by its UUID. */
  public int toolReferences(String uuid) {
    return heartbeats.count(uuid);
  }

  /** Waits until a stop request has been carried out. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  @Override
  public void close() throws IOException {
    control.close();
  }
}
