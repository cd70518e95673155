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
import org.lockstepfs.locks.mode.LockMode;

/**
 * Rules of granting that both lock managers share, one script each, run on both. What a command
 * ends stands below it, indented, in alphabetical order.
 */
class GrantScriptTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/org/lockstepfs/locks/resource/grant-rules");

  static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInO2dlm(Path file) throws IOException {
    check(file, new LoneMaster.O2());
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInFsdlm(Path file) throws IOException {
    check(file, new LoneMaster.Fs());
  }

  @Test
  void thereAreScripts() throws IOException {
    assertThat(scripts()).hasSizeGreaterThan(6);
  }

  private static void check(Path file, LoneMaster master) throws IOException {
    String script = Files.readString(file);
    assertThat(script).startsWith("# Fault: ").contains("# Source: ");
    StringBuilder out = new StringBuilder();
    for (String line : script.split("\n")) {
      if (line.startsWith(">")) {
        out.append(line).append('\n');
        run(master, line.substring(1).trim().split(" "));
        master.events().stream().sorted().forEach(e -> out.append("  ").append(e).append('\n'));
      } else if (!line.startsWith("  ")) {
        out.append(line).append('\n');
      }
    }
    assertThat(out).hasToString(script);
  }

  private static void run(LoneMaster master, String[] words) {
    switch (words[0]) {
      case "lock" -> master.lock(words[1], LockMode.valueOf(words[2]));
      case "convert" -> master.convert(words[1], LockMode.valueOf(words[2]));
      case "unlock" -> master.unlock(words[1]);
      case "cancel" -> master.cancel(words[1]);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }
}
