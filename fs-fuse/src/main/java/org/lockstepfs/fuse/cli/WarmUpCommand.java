package org.lockstepfs.fuse.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.MemberStatus;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.control.Messages.Status;
import org.lockstepfs.fuse.kernel.MountInfo;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Loads what client commands or a daemon load, and does nothing: the build runs it to archive those
 * classes (application class-data sharing).
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  @Option(names = "--daemon", description = "loads what a daemon loads")
  private boolean daemon;

  @Override
  public Integer call() throws IOException {
    if (daemon) {
      DaemonWarmUp.run();
    }
    for (String command : List.of("mount", "umount", "status", "stop", "mount-helper")) {
      new CommandLine(new Main()).getSubcommands().get(command).getUsageMessage();
    }
    ObjectMapper json = new ObjectMapper();
    json.writeValueAsString(new MountRequest("", "", Map.of("ro", "")));
    json.writeValueAsString(new Done());
    Status status =
        new Status(
            "",
            0,
            "",
            "",
            "",
            List.of(new MemberStatus(0, "", "", true)),
            List.of(new MountStatus("", "", List.of(), "", "", 0, false, "")));
    String text = json.writerWithDefaultPrettyPrinter().writeValueAsString(status);
    json.readValue(text, Status.class);
    MountInfo.read();
    return new ControlClient(Path.of("/nonexistent")).isUp() ? 1 : 0;
  }
}
