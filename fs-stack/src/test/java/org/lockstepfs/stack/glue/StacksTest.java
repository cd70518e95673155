package org.lockstepfs.stack.glue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackGlue.VolumeIdentity;

/** Labels, references and loading, with plug-ins that only take notes. */
class StacksTest {
  private final List<String> log = new ArrayList<>();
  private boolean connectFails;
  private Runnable duringDisconnect = () -> {};

  private final class Notes implements StackPlugin, StackOperations {
    private final String name;
    private final boolean classic;

    Notes(String name, boolean classic) {
      this.name = name;
      this.classic = classic;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean serves(String label) {
      return classic == label.equals("o2cb");
    }

    @Override
    public StackOperations load(StackEnvironment environment, String label) {
      log.add("load " + name + " for " + label);
      return this;
    }

    @Override
    public ClusterConnection connect(
        VolumeIdentity volume,
        HeartbeatRegion region,
        LockingProtocol protocol,
        RecoveryHandler recovery)
        throws IOException {
      if (connectFails) {
        throw new IOException("no");
      }
      return (ClusterConnection)
          Proxy.newProxyInstance(
              ClusterConnection.class.getClassLoader(),
              new Class<?>[] {ClusterConnection.class},
              (proxy, method, arguments) -> {
                log.add(method.getName());
                if (method.getName().equals("disconnect")) {
                  duringDisconnect.run();
                }
                return switch (method.getName()) {
                  case "protocolVersion" -> ProtocolVersion.OCFS2;
                  case "dump" -> "what is known";
                  default -> null;
                };
              });
    }

    @Override
    public ClusterConnection connectAgnostic(
        String domain, LockingProtocol protocol, RecoveryHandler recovery) throws IOException {
      log.add("join " + domain);
      return connect(null, null, protocol, recovery);
    }

    @Override
    public Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) throws IOException {
      if (connectFails) {
        throw new IOException("no");
      }
      log.add("beat");
      return () -> log.add("silence");
    }

    @Override
    public StackStatus status() {
      return new StackStatus("", name, "", -1, List.of(), List.of());
    }

    @Override
    public void close() {
      log.add("close " + name);
    }
  }

  private final Stacks stacks =
      new Stacks(
          new StackEnvironment(
              "n",
              Path.of("c"),
              "fast",
              MembershipSource.STATIC,
              new SimpleMeterRegistry(),
              TestFence.unwatched(() -> 0)),
          List.of(new Notes("o2cb", true), new Notes("user", false)));

  private ClusterConnection connect(String stamped) throws IOException {
    return stacks.connect(
        new VolumeIdentity("u", "l", stamped, "", "/dev/x"),
        null,
        speaking(ProtocolVersion.OCFS2),
        RecoveryHandler.NONE);
  }

  private static LockingProtocol speaking(ProtocolVersion version) {
    return new LockingProtocol() {
      @Override
      public ProtocolVersion maxVersion() {
        return version;
      }

      @Override
      public void lockAst(Lksb lksb) {}

      @Override
      public void blockingAst(Lksb lksb, LockMode wanted) {}

      @Override
      public void unlockAst(Lksb lksb, Errno error) {}
    };
  }

  private void assertBusy() {
    assertThatThrownBy(() -> stacks.clusterStack("pcmk"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
        .hasMessageContaining("'o2cb' to 'pcmk'")
        .hasMessageContaining("unmount");
  }

  @Test
  void theDefaultIsO2cbAndAVolumeWithoutAStampBelongsToIt() throws IOException {
    assertThat(stacks.clusterStack()).isEqualTo("o2cb");
    assertThat(stacks.activePlugin()).isEmpty();
    connect("");
    connect(null);
    connect("o2cb");
    assertThat(log).containsExactly("load o2cb for o2cb");
    assertThat(stacks.activePlugin()).isEqualTo("o2cb");
    assertThat(stacks.plugins()).containsExactly("o2cb", "user");
  }

  @Test
  void aVolumeOfAnotherStackIsRefusedWithBothLabelsAndRemedies() {
    assertThatThrownBy(() -> connect("pcmk"))
        .hasMessage(
            "/dev/x belongs to cluster stack 'pcmk' but this node runs 'o2cb': change the volume"
                + " with 'lockstep tune --update-cluster-stack /dev/x' or the node with 'lockstep"
                + " stack set pcmk'");
  }

  @Test
  void everyOtherLabelSelectsTheUserPlugin() throws IOException {
    stacks.clusterStack("pcmk");
    connect("pcmk");
    assertThat(log).containsExactly("load user for pcmk");
  }

  @Test
  void theLabelCannotChangeWhileAHeartbeatIsHeld() throws IOException {
    VolumeIdentity volume = new VolumeIdentity("u", "l", "o2cb", "", "/dev/x");
    try (Closeable heartbeat = stacks.heartbeat(volume, null)) {
      assertThat(heartbeat).isNotNull();
      assertBusy();
    }
    connectFails = true;
    assertThatThrownBy(() -> stacks.heartbeat(volume, null)).hasMessage("no");
    stacks.clusterStack("pcmk");
    assertThat(log).containsExactly("load o2cb for o2cb", "beat", "silence", "close o2cb");
  }

  @Test
  void theLabelCannotChangeWhileAConnectionLives() throws IOException {
    ClusterConnection connection = connect("o2cb");
    assertThatThrownBy(() -> stacks.clusterStack("pcmk"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
    stacks.clusterStack("o2cb");
    connection.disconnect();
    connection.disconnect();
    stacks.clusterStack("pcmk");
    assertThat(log).containsExactly("load o2cb for o2cb", "disconnect", "close o2cb");
    assertThat(stacks.status().plugin()).isEmpty();
  }

  /** Fault: the plug-in goes while the heartbeat of a volume that was left is still stopping. */
  @Test
  void thePluginStaysWhileAHangupIsPending() throws IOException {
    ClusterConnection connection = connect("o2cb");
    duringDisconnect = this::assertBusy;
    connection.disconnect();
    assertThat(log).containsExactly("load o2cb for o2cb", "disconnect");
    assertThat(stacks.loadedPlugins()).containsExactly("o2cb");
    assertThat(stacks.activePlugin()).isEmpty();
    stacks.clusterStack("pcmk");
    assertThat(log).endsWith("close o2cb");
    assertThat(stacks.loadedPlugins()).isEmpty();
  }

  @Test
  void thePluginStaysUntilTheLastOfItsConnectionsHasGone() throws IOException {
    ClusterConnection first = connect("o2cb");
    ClusterConnection second = connect("o2cb");
    first.disconnect();
    first.disconnect();
    assertBusy();
    second.disconnect();
    stacks.clusterStack("pcmk");
    assertThat(stacks.clusterStack()).isEqualTo("pcmk");
  }

  @Test
  void aDomainWithoutAVolumeTakesTheStackInForceAndKeepsIt() throws IOException {
    stacks.clusterStack("pcmk");
    ClusterConnection domain =
        stacks.connectAgnostic("backups", speaking(ProtocolVersion.OCFS2), RecoveryHandler.NONE);
    assertThat(log).containsExactly("load user for pcmk", "join backups");
    assertThatThrownBy(() -> stacks.clusterStack("o2cb"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
    domain.disconnect();
    stacks.clusterStack("o2cb");
    assertThat(log).endsWith("disconnect", "close user");
  }

  /** Fault: two connections of a node judge the versions of other nodes differently. */
  @Test
  void allConnectionsSpeakTheSameProtocol() {
    LockingProtocol other = speaking(new ProtocolVersion(1, 1));
    assertThatThrownBy(() -> stacks.connectAgnostic("d", other, RecoveryHandler.NONE))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    assertThat(log).isEmpty();
    assertThat(stacks.activePlugin()).isEmpty();
  }

  @Test
  void theRunningProtocolIsThatOfTheConnections() throws IOException {
    assertThat(stacks.runningProtocol()).isEmpty();
    ClusterConnection connection = connect("o2cb");
    assertThat(stacks.runningProtocol()).contains(ProtocolVersion.OCFS2);
    assertThat(connection.dump(new Lksb(this))).isEqualTo("what is known");
    connection.disconnect();
    assertThat(stacks.runningProtocol()).isEmpty();
    assertThat(stacks.maxProtocol()).isEqualTo(ProtocolVersion.OCFS2);
  }

  @Test
  void nodesWithEqualMajorsWorkTogetherAtWhatIsRunning() {
    ProtocolVersion running = new ProtocolVersion(1, 2);
    assertThat(new ProtocolVersion(1, 3).canJoin(running)).isTrue();
    assertThat(new ProtocolVersion(1, 2).canJoin(running)).isTrue();
    assertThat(new ProtocolVersion(1, 1).canJoin(running)).isFalse();
    assertThat(new ProtocolVersion(2, 2).canJoin(running)).isFalse();
  }

  @Test
  void aFailedConnectionLeavesNoReference() throws IOException {
    connectFails = true;
    assertThatThrownBy(() -> connect("o2cb")).hasMessage("no");
    stacks.clusterStack("user");
    assertThat(stacks.clusterStack()).isEqualTo("user");
  }

  @Test
  void labelsHaveFourCharacters() {
    assertThatThrownBy(() -> stacks.clusterStack("o2"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
  }

  @Test
  void serviceLoaderFindsThePlugins() {
    StackEnvironment environment =
        new StackEnvironment(
            "n",
            Path.of("c"),
            "fast",
            MembershipSource.STATIC,
            new SimpleMeterRegistry(),
            TestFence.unwatched(() -> 0));
    assertThat(new Stacks(environment).plugins()).contains("o2cb", "user");
  }
}
