package org.lockstepfs.locks.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules of granting and conversion that both lock managers share, one script each, run on both:
 * with all clients on the node that masters the resource, and with clients on three nodes. Lines
 * that begin with {@code >} are commands; what they cause stands below, indented, by client.
 *
 * <pre>
 * > lock a PR [noqueue] [lvb]      client a requests its lock; with its value block
 * > convert a EX [noqueue] [lvb]
 * > unlock a [lvb]
 * > cancel a
 * > write a text                   a changes its value block
 *   a holds PR "text"              granted, with what a's value block says then, unless it is empty
 *   a refused                      tried in vain
 *   a cancelled
 *   a gone                         unlocked
 *   a blocks EX                    a is asked to give way, to a stronger mode than before
 * </pre>
 *
 * <p>{@code -Dlockstep.rewriteTranscripts=true} writes into the sources what o2dlm on one node
 * makes of the commands, for review.
 */
class GrantScriptTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/org/lockstepfs/locks/resource/grant-rules");
  private static final int SEVERAL = 3;

  static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInO2dlmOnTheMaster(Path file) throws IOException {
    if (Boolean.getBoolean("lockstep.rewriteTranscripts")) {
      Files.writeString(file, replay(Files.readString(file), new ScriptedO2Dlm(1)));
    }
    check(file, new ScriptedO2Dlm(1));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInO2dlmOverTheWire(Path file) throws IOException {
    check(file, new ScriptedO2Dlm(SEVERAL));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInFsdlmOnTheMaster(Path file) throws IOException {
    check(file, new ScriptedFsDlm(1));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInFsdlmOverTheWire(Path file) throws IOException {
    check(file, new ScriptedFsDlm(SEVERAL));
  }

  @Test
  void thereAreScripts() throws IOException {
    assertThat(scripts()).hasSizeGreaterThan(50);
  }

  private static void check(Path file, ScriptedCluster cluster) throws IOException {
    String script = Files.readString(file);
    assertThat(script).startsWith("# Rule: ").contains("\n# Source: ");
    assertThat(replay(script, cluster)).isEqualTo(script);
  }

  private static String replay(String script, ScriptedCluster cluster) {
    StringBuilder out = new StringBuilder();
    for (String line : script.split("\n")) {
      if (line.startsWith(">")) {
        out.append(line).append('\n');
        List<String> events = cluster.run(line.substring(1).trim().split(" "));
        events.forEach(event -> out.append("  ").append(event).append('\n'));
      } else if (!line.startsWith("  ")) {
        out.append(line).append('\n');
      }
    }
    return out.toString();
  }
}
