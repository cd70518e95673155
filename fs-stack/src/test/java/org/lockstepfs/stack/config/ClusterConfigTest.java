package org.lockstepfs.stack.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterConfigTest {
  private static final String GOOD =
      """
      cluster:
      \tnode_count = 2
      \tname = demo
      \tfuture_key = whatever
      # a comment

      node:
      \tip_port = 7777
      \tip_address = 127.0.0.1
      \tnumber = 1
      \tname = a
      \tcluster = demo

      node:
      \tip_port = 7787
      \tip_address = 127.0.0.1
      \tnumber = 0
      \tname = b.example-host
      \tcluster = demo
      \tmembership_port = 9000
      """;

  @TempDir Path dir;

  @Test
  void readsNodesInOrderOfNumber() throws IOException {
    Path file = Files.writeString(dir.resolve("cluster.conf"), GOOD);
    ClusterConfig config = ClusterConfig.read(file);
    assertThat(config.name()).isEqualTo("demo");
    assertThat(config.heartbeatMode()).isEqualTo(HeartbeatMode.LOCAL);
    assertThat(config.nodes()).extracting(ClusterNode::number).containsExactly(0, 1);
    assertThat(config.node("a").orElseThrow().membershipPort()).isEqualTo(7778);
    assertThat(config.node(0).orElseThrow().membershipPort()).isEqualTo(9000);
    assertThat(config.node(1).orElseThrow().netAddress().getPort()).isEqualTo(7777);
    assertThat(config.node(7)).isEmpty();
  }

  @Test
  void readsWhatOnlyLockstepKnows() throws IOException {
    assertThat(ClusterConfig.parse("f", GOOD).get(0).tuning()).isEqualTo(Tuning.DEFAULT);
    String tuned =
        "timing = ocfs2\n\tmembership = static\n\tcluster_stack = pcmk\n\tplock = external";
    assertThat(
            ClusterConfig.parse("f", GOOD.replace("future_key = whatever", tuned)).get(0).tuning())
        .isEqualTo(new Tuning("ocfs2", false, "pcmk", true, Fencing.NONE, 0));
  }

  private static Tuning withKeys(String keys) throws IOException {
    return ClusterConfig.parse("f", GOOD.replace("future_key = whatever", keys)).get(0).tuning();
  }

  @Test
  void readsHowManyVotesThereAre() throws IOException {
    assertThat(withKeys("quorum = disk").byVotes()).isFalse();
    assertThat(withKeys("quorum = votes").expectedVotes()).isEqualTo(2);
    assertThat(withKeys("quorum = votes\n\texpected_votes = 3").expectedVotes()).isEqualTo(3);
    assertThatThrownBy(() -> withKeys("quorum = vote")).hasMessageContaining("'vote' is neither");
    assertThatThrownBy(() -> withKeys("expected_votes = 2"))
        .hasMessageContaining("means nothing without quorum = votes");
    assertThatThrownBy(() -> withKeys("quorum = votes\n\texpected_votes = 4"))
        .hasMessageContaining("needs 3 nodes, there are 2");
    assertThatThrownBy(() -> withKeys("quorum = votes\n\texpected_votes = 1"))
        .hasMessageContaining("lets two halves of 2 nodes go on at once");
  }

  @Test
  void readsHowSilentNodesAreFenced() throws IOException {
    String keys =
        """
        fence_agent = /usr/sbin/fence_scsi
        \tfence_options = devices=/dev/sdb  logfile=/var/log/fence
        \tfence_plugs = b.example-host:7
        \tfence_timeout = 5
        \tfence_unfence = yes""";
    Fencing fencing =
        ClusterConfig.parse("f", GOOD.replace("future_key = whatever", keys))
            .get(0)
            .tuning()
            .fencing();
    assertThat(fencing)
        .isEqualTo(
            new Fencing(
                "/usr/sbin/fence_scsi",
                List.of("devices=/dev/sdb", "logfile=/var/log/fence"),
                Map.of("b.example-host", "7"),
                5,
                true));
    assertThat(fencing.plug("a")).isEqualTo("a");
    assertThat(fencing.plug("b.example-host")).isEqualTo("7");
  }

  @ParameterizedTest
  @CsvSource({
    "fence_agent = fence_scsi,fence_agent 'fence_scsi' is not an absolute path",
    "fence_options = devices,fence option 'devices' is not name=value",
    "fence_plugs = x:1,fence plug 'x:1' is not NODE:PLUG of a node",
    "fence_timeout = 0,fence_timeout '0' is not 1 to 3600",
    "fence_unfence = maybe,fence_unfence 'maybe' is neither yes nor no"
  })
  void refusesWrongFencing(String line, String reason) {
    String agent = line.startsWith("fence_agent") ? "" : "fence_agent = /x\n\t";
    String text = GOOD.replace("future_key = whatever", agent + line);
    assertThatThrownBy(() -> ClusterConfig.parse("f", text)).hasMessageContaining(reason);
  }

  @Test
  void readsTheExampleThatTheToolsShip() throws IOException {
    String text =
        """
        heartbeat:
        \tregion = 77D95EF51C0149D2823674FCC162CF8B
        \tcluster = webcluster

        node:
        \tip_port = 7777
        \tip_address = 192.168.0.107
        \tnumber = 7
        \tname = node7
        \tcluster = webcluster

        cluster:
        \tnode_count = 1
        \theartbeat_mode = global
        \tname = webcluster
        """;
    ClusterConfig config = ClusterConfig.parse("conf", text).get(0);
    assertThat(config.heartbeatMode()).isEqualTo(HeartbeatMode.GLOBAL);
    assertThat(config.heartbeatRegions()).containsExactly("77D95EF51C0149D2823674FCC162CF8B");
  }

  /** Each row replaces a piece of the good file and names the line and words of the complaint. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number = 1|number = 255|10|number '255' is not 0 to 254",
        "number = 1|number = -1|10|number '-1' is not 0 to 254",
        "number = 1|number = x|10|number 'x' is not 0 to 254",
        "number = 1|number = 0|17|node number 0 is already used on line 10",
        "name = b.example-host|name = a|18|node name 'a' is already used on line 11",
        "name = b.example-host|name = a b|18|node name 'a b' is not a host name",
        "ip_port = 7787|ip_port = 7777|15|address 127.0.0.1:7777 is already used on line 8",
        "ip_port = 7787|ip_port = 7778|15|address 127.0.0.1:7778 is already used on line 8",
        "ip_port = 7777|ip_port = 65536|8|ip_port '65536' is not 1 to 65535",
        "ip_port = 7777|ip_port = 65535|8|leaves no port for membership_port",
        "membership_port = 9000|membership_port = 0|20|membership_port '0' is not 1 to 65535",
        "ip_address = 127.0.0.1|ip_address = localhost|9|'localhost' is not an IPv4 address",
        "ip_address = 127.0.0.1|ip_address = 1.2.3.256|9|'1.2.3.256' is not an IPv4 address",
        "node_count = 2|node_count = 3|2|node_count is 3 but cluster 'demo' has 2 nodes",
        "node_count = 2|node_count 2|2|expected 'key = value'",
        "node_count = 2|node_count =|2|expected 'key = value'",
        "node_count = 2|heartbeat_mode = 2|1|cluster has no 'node_count'",
        "future_key = whatever|timing = slow|4|timing 'slow' is neither fast nor ocfs2",
        "future_key = whatever|heartbeat_mode = none|4|heartbeat_mode 'none' is neither",
        "future_key = whatever|name = demo|4|'name' given twice in this cluster",
        "name = demo|name = de_mo|3|cluster name 'de_mo' is not 1 to 16 letters and digits",
        "name = demo|name = other|12|node of cluster 'demo', which is not defined",
        "cluster:|cluster|1|expected 'cluster:', 'node:' or 'heartbeat:'",
        "cluster:|# cluster|2|'node_count' stands before the first stanza",
      })
  void refusesWithFileAndLine(String from, String to, int line, String reason) {
    assertThat(GOOD).contains(from);
    int at = GOOD.indexOf(from);
    String bad = GOOD.substring(0, at) + to + GOOD.substring(at + from.length());
    assertThatThrownBy(() -> ClusterConfig.parse("/etc/conf", bad))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("/etc/conf:" + line + ": ")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesNoneOrSeveralClustersUnlessNamed() throws IOException {
    Path empty = Files.writeString(dir.resolve("empty"), "");
    assertThatThrownBy(() -> ClusterConfig.read(empty)).hasMessageContaining("defines 0 clusters");
    String second = "cluster:\n\tname = other\n\tnode_count = 0\n";
    Path two = Files.writeString(dir.resolve("two"), GOOD + second);
    assertThatThrownBy(() -> ClusterConfig.read(two)).hasMessageContaining("2 clusters");
    assertThat(ClusterConfig.read(two, "other").nodes()).isEqualTo(List.of());
    assertThatThrownBy(() -> ClusterConfig.read(two, "x")).hasMessageContaining("named 'x'");
  }

  @Test
  void refusesAFileWithoutEnd() throws IOException {
    Path big = Files.write(dir.resolve("big"), new byte[ClusterConfig.MAX_FILE_BYTES + 1]);
    assertThatThrownBy(() -> ClusterConfig.read(big)).hasMessageContaining("larger than");
  }
}
