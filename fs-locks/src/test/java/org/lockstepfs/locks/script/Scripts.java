package org.lockstepfs.locks.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Scripts, one file per rule. A file opens with the rule, or with the fault that breaks it, and
 * with its source, as a comment. Lines that begin with {@code >} are commands; what a command
 * causes stands below it, indented.
 *
 * <p>{@code -Dlockstep.rewriteTranscripts=true} writes what the commands really cause into the
 * sources, for review.
 */
public final class Scripts {
  private static final Path RESOURCES = Path.of("src/test/resources/org/lockstepfs");
  private static final String INDENT = "  ";

  private Scripts() {}

  /**
   * Returns the scripts of a folder of this module.
   *
   * @param folder below the resources of {@code org.lockstepfs}
   * @param atLeast how many there must be, lest they get lost
   */
  public static List<Path> in(String folder, int atLeast) throws IOException {
    try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
      List<Path> scripts = files.sorted().toList();
      assertThat(scripts).hasSizeGreaterThanOrEqualTo(atLeast);
      return scripts;
    }
  }

  /**
   * Carries the commands of a script out and fails unless they cause what it says.
   *
   * @param machine carries one command out and returns what it causes, line by line
   */
  public static void check(Path file, Function<String, List<String>> machine) throws IOException {
    String script = Files.readString(file);
    assertThat(script).matches("(?s)# (Rule|Fault): .*\n# Source: .*");
    String replayed = replay(script, machine);
    if (Boolean.getBoolean("lockstep.rewriteTranscripts")) {
      Files.writeString(file, replayed);
    }
    assertThat(replayed).isEqualTo(script);
  }

  private static String replay(String script, Function<String, List<String>> machine) {
    StringBuilder out = new StringBuilder();
    for (String line : script.split("\n")) {
      if (line.startsWith(INDENT)) {
        continue;
      }
      out.append(line).append('\n');
      if (line.startsWith(">")) {
        for (String effect : machine.apply(line.substring(1).trim())) {
          out.append(INDENT).append(effect).append('\n');
        }
      }
    }
    return out.toString();
  }
}
