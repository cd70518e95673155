package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.Status;
import org.lockstepfs.fuse.control.Messages.StopRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep stop}. */
@Command(
    name = "stop",
    description = "Unmounts everything and stops the node's daemon.",
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private static final long TIMEOUT_MS = 30_000;

  @Mixin private NodeOptions node;

  @Option(names = "--force", description = "leave volumes that are in use, too")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Status status = node.daemon().post("/status", new Done(), Status.class);
    node.daemon().post("/stop", new StopRequest(force), Done.class);
    awaitGone(status.pid());
    return 0;
  }

  private static void awaitGone(long pid) throws IOException {
    var process = ProcessHandle.of(pid);
    try {
      if (process.isPresent() && Files.exists(Path.of("/proc/" + pid))) {
        process.get().onExit().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException("interrupted", 8);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("daemon " + pid + " has left its volumes but does not end", e);
    }
  }
}
