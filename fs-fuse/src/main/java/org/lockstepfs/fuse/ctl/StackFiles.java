package org.lockstepfs.fuse.ctl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackStatus;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.node.StackTiming;

/**
 * The files that show a node's cluster stack, and choose it.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stackglue.c (files of /sys/fs/ocfs2), cluster/heartbeat.c and
 * cluster/nodemanager.c (files of configfs).
 */
public final class StackFiles {
  private final Stacks stacks;
  private final StackTiming timing;
  private final ToIntFunction<String> toolReferences;

  /**
   * Makes the files.
   *
   * @param timing name of the timing profile
   * @param toolReferences how many references tools hold on the heartbeat of a volume, by its UUID
   */
  public StackFiles(Stacks stacks, String timing, ToIntFunction<String> toolReferences) {
    this.stacks = stacks;
    this.timing = StackTiming.named(timing);
    this.toolReferences = toolReferences;
  }

  /**
   * Returns the root of the control file system.
   *
   * @param dlm what stands at {@code dlm}
   */
  public Dir root(Dir dlm) {
    Map<String, Entry> root = new LinkedHashMap<>();
    root.put("cluster_stack", TextFile.of(line(stacks::clusterStack), stacks::clusterStack));
    root.put("active_cluster_plugin", TextFile.of(line(stacks::activePlugin)));
    root.put("loaded_cluster_plugins", TextFile.of(this::loadedPlugins));
    root.put("locking_protocol", TextFile.of(line(this::runningProtocol)));
    root.put("max_locking_protocol", number(stacks::maxProtocol));
    root.put("cluster", Dir.of(cluster()));
    root.put("node", Dir.of(this::nodes));
    root.put("heartbeat", Dir.of(this::heartbeat));
    root.put("dlm", dlm);
    return Dir.of(root);
  }

  /** As sysfs shows a value: nothing is an empty file. */
  private static Supplier<String> line(Supplier<String> value) {
    return () -> value.get().isEmpty() ? "" : value.get() + "\n";
  }

  private static TextFile number(Supplier<?> value) {
    return TextFile.of(() -> value.get() + "\n");
  }

  private String loadedPlugins() {
    return String.join("", stacks.loadedPlugins().stream().map(name -> name + "\n").toList());
  }

  private String runningProtocol() {
    return stacks.runningProtocol().map(Object::toString).orElse("");
  }

  private Map<String, Entry> cluster() {
    Map<String, Entry> files = new LinkedHashMap<>();
    files.put("name", TextFile.of(line(() -> stacks.status().clusterName())));
    files.put("idle_timeout_ms", number(timing.net()::idleTimeoutMs));
    files.put("keepalive_delay_ms", number(timing.net()::keepaliveDelayMs));
    files.put("reconnect_delay_ms", number(timing.net()::reconnectDelayMs));
    return files;
  }

  private Map<String, Entry> nodes() {
    StackStatus status = stacks.status();
    Map<String, Entry> nodes = new LinkedHashMap<>();
    for (StackStatus.Node node : status.nodes()) {
      Map<String, Entry> files = new LinkedHashMap<>();
      files.put("num", number(node::number));
      files.put("ipv4_address", TextFile.of(line(node::address)));
      files.put("local", flag(node.number() == status.thisNode()));
      files.put("live", flag(node.heartbeating()));
      nodes.put(node.name(), Dir.of(files));
    }
    return nodes;
  }

  private static TextFile flag(boolean set) {
    return number(() -> set ? 1 : 0);
  }

  private Map<String, Entry> heartbeat() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    entries.put("dead_threshold", number(timing.heartbeat()::deadThreshold));
    entries.put("interval_ms", number(timing.heartbeat()::intervalMs));
    entries.put("mode", TextFile.of(() -> "local\n"));
    for (StackStatus.Volume volume : stacks.status().volumes()) {
      entries.put(volume.uuid(), Dir.of(region(volume)));
    }
    return entries;
  }

  private Map<String, Entry> region(StackStatus.Volume volume) {
    Map<String, Entry> files = new LinkedHashMap<>();
    Function<Function<HeartbeatRegion, Object>, TextFile> of =
        value -> number(() -> value.apply(volume.region()));
    files.put("dev", of.apply(region -> region.device().name()));
    files.put("start_block", of.apply(HeartbeatRegion::firstBlock));
    files.put("block_bytes", of.apply(HeartbeatRegion::blockSize));
    files.put("blocks", of.apply(HeartbeatRegion::blocks));
    files.put("pid", number(() -> ProcessHandle.current().pid()));
    files.put(
        "references", number(() -> volume.references() + toolReferences.applyAsInt(volume.uuid())));
    files.put("elapsed_time_in_ms", number(volume::heartbeatAgeMs));
    return files;
  }
}
