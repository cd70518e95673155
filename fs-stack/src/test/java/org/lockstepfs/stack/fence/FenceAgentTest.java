package org.lockstepfs.stack.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.Fencing;
import org.lockstepfs.stack.config.Tuning;

@Timeout(30)
class FenceAgentTest {
  @TempDir Path dir;

  private FenceAgent agent(String script) throws IOException {
    Path program = Files.writeString(dir.resolve("agent"), "#!/bin/sh\ncd " + dir + "\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return agentAt(program.toString());
  }

  private static FenceAgent agentAt(String program) throws IOException {
    ClusterConfig plain = TestCluster.of(2);
    Fencing fencing =
        new Fencing(program, List.of("devices=/dev/x"), Map.of("n2", "outlet 7"), 1, true);
    return new FenceAgent(
        new ClusterConfig(
            plain.name(),
            plain.heartbeatMode(),
            plain.nodes(),
            List.of(),
            new Tuning("fast", true, "o2cb", false, fencing, 0)));
  }

  private static void await(CompletableFuture<Void> fenced) throws Exception {
    fenced.get(20, TimeUnit.SECONDS);
  }

  @Test
  void tellsTheProgramWhomToFence() throws Exception {
    try (FenceAgent agent = agent("cat > said")) {
      await(agent.fence(2));
      assertThat(dir.resolve("said"))
          .hasContent("devices=/dev/x\naction=off\nnodename=n2\nplug=outlet 7\n");
      agent.unfence("n1");
      assertThat(dir.resolve("said"))
          .hasContent("devices=/dev/x\naction=on\nnodename=n1\nplug=n1\n");
    }
  }

  @Test
  void triesAgainUntilItSucceeds() throws Exception {
    try (FenceAgent agent = agent("echo x >> tries; test $(wc -l < tries) = 2")) {
      CompletableFuture<Void> fenced = agent.fence(1);
      await(fenced);
      assertThat(dir.resolve("tries")).hasContent("x\nx\n");
    }
  }

  @Test
  void stopsAnAttemptThatDoesNotEnd() throws Exception {
    try (FenceAgent agent =
        agent("test -e tried && exit 0; touch tried; sleep 1000 & echo $! > pid; wait")) {
      await(agent.fence(1));
      long pid = Long.parseLong(Files.readString(dir.resolve("pid")).strip());
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void saysWhyANodeMayNotComeBack() throws Exception {
    try (FenceAgent agent = agent("echo no such key; echo reservation conflict >&2; exit 3")) {
      assertThatThrownBy(() -> agent.unfence("n1"))
          .hasMessageMatching(
              "fence agent .*/agent action=on node n1: status 3 after [0-9]+ ms: reservation"
                  + " conflict");
    }
  }

  @Test
  void saysThatThereIsNoSuchProgram() throws Exception {
    try (FenceAgent agent = agentAt("/no/such/agent")) {
      assertThatThrownBy(() -> agent.unfence("n1")).hasMessageContaining("/no/such/agent");
    }
  }
}
