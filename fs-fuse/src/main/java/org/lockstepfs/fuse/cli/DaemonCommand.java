package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.lockstepfs.blockdev.sys.BootClock;
import org.lockstepfs.fuse.control.Messages.MemberStatus;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.ctl.ControlMount;
import org.lockstepfs.fuse.ctl.StackFiles;
import org.lockstepfs.fuse.dlmfs.DomainsDir;
import org.lockstepfs.fuse.kernel.KernelFrontEnd;
import org.lockstepfs.fuse.metrics.MetricsEndpoint;
import org.lockstepfs.fuse.metrics.NodeMetrics;
import org.lockstepfs.fuse.metrics.OperationMeters;
import org.lockstepfs.fuse.node.FrontEnd;
import org.lockstepfs.fuse.node.KernelMounter;
import org.lockstepfs.fuse.node.NodeDaemon;
import org.lockstepfs.fuse.node.NodeFence;
import org.lockstepfs.fuse.node.NodeLock;
import org.lockstepfs.fuse.node.SystemMountCalls;
import org.lockstepfs.fuse.path.PathFrontEnd;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.Tuning;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.StackStatus;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.plock.ExternalPlocks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep daemon}: is a node until it is told to stop. */
@Command(
    name = "daemon",
    description = "Runs a node; the first mount starts it.",
    footer = "Exits with code 75 when the node fences itself; it may be started again then.",
    mixinStandardHelpOptions = true)
final class DaemonCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonCommand.class);
  private static final int MIN_WORKERS = 2;
  private static final int MAX_WORKERS = 64;

  @Mixin private NodeOptions node;

  @Option(names = "--config", paramLabel = "FILE", description = "the cluster file")
  private Path config;

  @Option(names = "--for-mount", hidden = true, description = "end if the first mount fails")
  private boolean forMount;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (NodeLock lock = NodeLock.acquire(node.paths());
        NodeMetrics metrics = new NodeMetrics()) {
      run(metrics);
    }
    return 0;
  }

  private void run(NodeMetrics metrics) throws IOException, InterruptedException {
    NodePaths paths = node.paths();
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "timer");
              thread.setDaemon(true);
              return thread;
            });
    NodeFence nodeFence = new NodeFence(paths.node(), Runtime.getRuntime()::halt);
    SelfFence fence = new SelfFence(nodeFence, new BootClock());
    fence.start();
    Path file = config == null ? ConfigFile.chosen() : config;
    Tuning tuning = tuning(file);
    try (ExternalPlocks plocks = tuning.externalPlocks() ? new ExternalPlocks(paths.dir()) : null;
        Stacks stacks =
            new Stacks(
                new StackEnvironment(
                    paths.node(),
                    file,
                    tuning.timing(),
                    tuning.hazelcast() ? MembershipSource.HAZELCAST : MembershipSource.STATIC,
                    metrics.registry(),
                    fence,
                    Optional.ofNullable(plocks)));
        MetricsEndpoint endpoint =
            new MetricsEndpoint(metrics, System.getenv("LOCKSTEP_METRICS"))) {
      stacks.clusterStack(tuning.stack());
      metrics.watchMembers(() -> view(stacks).members().size());
      KernelMounter mounter =
          new KernelMounter(
              frontEnds(new OperationMeters(metrics.registry())),
              stacks,
              fence,
              Clock.systemUTC(),
              timer,
              metrics.registry());
      SystemMountCalls calls = new SystemMountCalls();
      DomainsDir domains = new DomainsDir(stacks);
      try (NodeDaemon daemon =
              NodeDaemon.start(
                  paths,
                  mounter,
                  calls,
                  view(stacks),
                  new NodeStack(stacks, domains),
                  endpoint.url(),
                  nodeFence,
                  forMount);
          ControlMount control =
              ControlMount.begin(
                  paths.controlFiles(),
                  new StackFiles(stacks, tuning.timing(), daemon::toolReferences).root(domains),
                  calls)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(daemon), "leave"));
        daemon.awaitStop();
      }
    }
    timer.shutdown();
  }

  private static Map<String, FrontEnd> frontEnds(OperationMeters meters) {
    KernelFrontEnd kernel = new KernelFrontEnd(Clock.systemUTC(), meters, MIN_WORKERS, MAX_WORKERS);
    PathFrontEnd path = new PathFrontEnd(Clock.systemUTC(), meters);
    return Map.of(
        FrontEnd.KERNEL,
        (fs, source, dir, options) -> kernel.mount(fs, source, dir, options).connection(),
        FrontEnd.JNR_FUSE,
        path::mount);
  }

  /** What is wrong with the file is said when a volume needs it; local volumes need none. */
  private static Tuning tuning(Path file) {
    try {
      return ClusterConfig.read(file).tuning();
    } catch (IOException e) {
      return Tuning.DEFAULT;
    }
  }

  private static NodeDaemon.ClusterView view(Stacks stacks) {
    return new NodeDaemon.ClusterView() {
      @Override
      public String cluster() {
        return stacks.status().clusterName();
      }

      @Override
      public List<MemberStatus> members() {
        StackStatus status = stacks.status();
        return status.nodes().stream()
            .filter(StackStatus.Node::member)
            .map(
                n ->
                    new MemberStatus(
                        n.number(), n.name(), n.address(), n.number() == status.thisNode()))
            .toList();
      }
    };
  }

  /** A termination signal is a graceful leave. */
  private static void leave(NodeDaemon daemon) {
    try {
      daemon.leaveAll();
    } catch (IOException e) {
      LOG.error("could not leave every volume", e);
    }
  }
}
