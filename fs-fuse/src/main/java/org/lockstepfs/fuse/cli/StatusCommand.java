package org.lockstepfs.fuse.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.MemberStatus;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.control.Messages.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep status}. */
@Command(
    name = "status",
    description = "Shows what a node's daemon says of itself.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin private NodeOptions node;

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Status status = node.daemon().post("/status", new Done(), Status.class);
    System.out.println(
        json
            ? new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(status)
            : text(status));
    return 0;
  }

  static String text(Status status) {
    StringBuilder out = new StringBuilder();
    out.append("node ").append(status.node()).append(", pid ").append(status.pid());
    out.append(", metrics at ").append(status.metrics());
    if (!status.cluster().isEmpty()) {
      out.append("\ncluster ").append(status.cluster());
    }
    for (MemberStatus member : status.members()) {
      out.append("\n  node ").append(member.number()).append(' ').append(member.name());
      out.append(" at ").append(member.address()).append(member.self() ? " (this node)" : "");
    }
    for (MountStatus mount : status.mounts()) {
      out.append('\n').append(mount.device()).append(" on ");
      out.append(String.join(", ", mount.mountpoints()));
      out.append(", slot ").append(mount.slot()).append(mount.readOnly() ? ", read-only" : "");
    }
    return out.toString();
  }
}
