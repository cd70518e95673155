package org.lockstepfs.stack.fence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.config.Fencing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fences nodes with an external program, one at a time, and tries again until it succeeds. Each
 * attempt is a line in the log. Thread-safe.
 *
 * <p>All survivors call the program for a node, each for itself, so that none depends on another:
 * it must be idempotent, as fence agents are. It gets its options on standard input, a line each:
 * those of the configuration, then {@code action}, {@code nodename}, {@code plug}; status 0 means
 * done.
 *
 * <p>Source: the fence-agents' FenceAgentAPI.md; dlm_controld's fence_request.
 */
public final class FenceAgent implements PeerFence {
  private static final Logger LOG = LoggerFactory.getLogger(FenceAgent.class);
  private static final int SHOWN_CHARS = 200;

  private final Fencing fencing;
  private final Map<Integer, String> names = new HashMap<>();
  private final FenceAttempts attempts;
  private volatile Process process;

  /** Makes an agent for a cluster whose configuration names one. */
  public FenceAgent(ClusterConfig config) {
    fencing = config.tuning().fencing();
    for (ClusterNode node : config.nodes()) {
      names.put(node.number(), node.name());
    }
    attempts =
        new FenceAttempts(
            this::off,
            Executors.newSingleThreadScheduledExecutor(
                task -> {
                  Thread thread = new Thread(task, "fence-agent");
                  thread.setDaemon(true);
                  return thread;
                }));
  }

  @Override
  public CompletableFuture<Void> fence(int node) {
    return attempts.fence(node);
  }

  /** Waits for the program, so that it runs for one node at a time. */
  private CompletableFuture<Void> off(int node) {
    try {
      call("off", names.get(node));
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Lets a node at the storage again.
   *
   * @param name the node's name
   * @throws IOException in one line, if the program does not succeed
   */
  public void unfence(String name) throws IOException {
    call("on", name);
  }

  private void call(String action, String name) throws IOException {
    String what = "fence agent " + fencing.agent() + " action=" + action + " node " + name;
    long begun = System.nanoTime();
    Path output = Files.createTempFile("lockstep-fence", ".out");
    try {
      int status = run(action, name, output, what);
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      if (status != 0) {
        throw new IOException(
            what + ": status " + status + " after " + ms + " ms: " + lastLine(output));
      }
      LOG.warn("{}: done in {} ms", what, ms);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private int run(String action, String name, Path output, String what) throws IOException {
    Process agent =
        new ProcessBuilder(fencing.agent())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process = agent;
    try {
      tell(agent, action, name);
      if (!agent.waitFor(fencing.timeoutSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(what + ": no end after " + fencing.timeoutSeconds() + " s");
      }
      return agent.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", e);
    } finally {
      agent.descendants().forEach(ProcessHandle::destroyForcibly);
      agent.destroyForcibly();
    }
  }

  /** An agent that needs no options may end before it has read any. */
  private void tell(Process agent, String action, String name) {
    StringBuilder lines = new StringBuilder();
    for (String option : fencing.options()) {
      lines.append(option).append('\n');
    }
    for (String line :
        List.of("action=" + action, "nodename=" + name, "plug=" + fencing.plug(name))) {
      lines.append(line).append('\n');
    }
    try (var stdin = agent.getOutputStream()) {
      stdin.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("fence agent reads no options: {}", e.getMessage());
    }
  }

  private static String lastLine(Path output) throws IOException {
    try (var lines = Files.lines(output, StandardCharsets.ISO_8859_1)) {
      String last = lines.reduce("it said nothing", (before, line) -> line);
      return last.substring(0, Math.min(last.length(), SHOWN_CHARS));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() {
    attempts.close();
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }
}
