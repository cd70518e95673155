package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Hundreds of processes on two nodes wait for a lock at no cost, and the metrics tell of it. */
@ParameterizedClass
@EnumSource(Stack.class)
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WaitersIT {
  @Parameter Stack stack;

  @TempDir static Path dir;

  private static Pair pair;

  @BeforeParameterizedClassInvocation
  static void mountOnBoth(Stack stack) throws IOException {
    pair = new Pair(dir, stack);
  }

  @AfterParameterizedClassInvocation
  static void cleanUp() throws IOException {
    pair.close();
  }

  @ParameterizedTest
  @CsvSource({"fcntl,interrupt", "fcntl,grant", "flock,interrupt", "flock,grant"})
  @Order(1)
  void waitersHoldNoThreadAndLeaveNothing(String kind, String ending) throws IOException {
    Sh.Result result =
        Sh.run(
            Duration.ofSeconds(80),
            Map.of(),
            "python3",
            Sh.script("waiters.py").toString(),
            kind,
            ending,
            pair.onA().toString(),
            pair.onB().toString(),
            "" + pair.a().daemon().orElseThrow().pid(),
            "" + pair.b().daemon().orElseThrow().pid());
    assertThat(result.output()).contains("waiters ok");
  }

  @Test
  @Order(2)
  void metricsTellOfIt() throws IOException {
    Files.writeString(pair.onA().resolve("file"), "text");
    Sh.run("sync", pair.onA().resolve("file").toString()).ok();
    String text = scrape(pair.b());
    assertThat(value(text, "lockstep_plock_requests_total")).isGreaterThanOrEqualTo(500);
    assertThat(value(text, "lockstep_plock_remote_total")).isGreaterThanOrEqualTo(250);
    assertThat(value(text, "lockstep_plock_results_total\\{result=\"interrupted\".*"))
        .isEqualTo(250);
    assertThat(value(text, "lockstep_plock_results_total\\{result=\"granted\".*"))
        .isGreaterThanOrEqualTo(250);
    assertThat(value(text, "lockstep_plock_waiting")).isZero();
    assertThat(value(text, "lockstep_plock_wait_seconds_count")).isGreaterThanOrEqualTo(500);
    assertThat(value(text, "lockstep_fuse_operations_seconds_count\\{op=\"setlkw\".*"))
        .isGreaterThanOrEqualTo(500);
    assertThat(value(text, "lockstep_fuse_errors_total\\{errno=\"EINTR\",op=\"setlkw\".*"))
        .isGreaterThanOrEqualTo(250);
    assertThat(value(text, "lockstep_locks_requests_total\\{type=\"flock\".*"))
        .isGreaterThanOrEqualTo(500);
    assertThat(value(text, "lockstep_dlm_operations_total\\{op=\"request\".*")).isPositive();
    assertThat(value(text, "lockstep_device_io_seconds_count\\{op=\"read\".*")).isPositive();
    assertThat(value(text, "lockstep_heartbeat_age_seconds")).isBetween(0.0, 10.0);
    assertThat(value(text, "lockstep_cluster_members")).isEqualTo(2);
    assertThat(value(text, "jvm_threads_live_threads")).isPositive();
    String writer = scrape(pair.a());
    assertThat(value(writer, "lockstep_journal_commits_total")).isPositive();
    assertThat(value(writer, "lockstep_journal_logged_blocks_total")).isPositive();
    assertThat(value(writer, "lockstep_journal_size_blocks")).isPositive();
  }

  private static String scrape(Node node) throws IOException {
    String status = node.lockstep("status", "--node", node.name()).ok().output();
    Matcher url = Pattern.compile("http://\\S+").matcher(status);
    assertThat(url.find()).isTrue();
    Path file = pair.dir().resolve(node.name() + ".prom");
    try (InputStream in = URI.create(url.group()).toURL().openStream()) {
      Files.write(file, in.readAllBytes());
    }
    Sh.Result lint = Sh.run("bash", "-c", "promtool check metrics < " + file);
    assertThat(lint.ok().output()).as("promtool").isEmpty();
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private static double value(String text, String metric) {
    Pattern line = Pattern.compile("^" + metric + "(\\{.*})? (\\S+)$", Pattern.MULTILINE);
    Matcher matcher = line.matcher(text);
    assertThat(matcher.find()).as(metric).isTrue();
    return Double.parseDouble(matcher.group(2));
  }
}
