package org.lockstepfs.it;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a JVM's thread dump short enough for a test report. */
final class ThreadDump {
  private static final int FRAMES = 12;

  private ThreadDump() {}

  /** Returns, of each thread that is in our code, its name and our innermost calls. */
  static String essence(String dump) {
    return Stream.of(dump.split("\n\n"))
        .filter(thread -> thread.contains("at org.lockstepfs"))
        .map(ThreadDump::shortened)
        .collect(Collectors.joining("\n"));
  }

  private static String shortened(String thread) {
    List<String> lines = thread.strip().lines().toList();
    return Stream.concat(
            lines.stream().limit(1).map(name -> name.replaceAll("(\"[^\"]*\").*", "$1")),
            lines.stream().filter(line -> line.contains("at org.lockstepfs")).limit(FRAMES))
        .collect(Collectors.joining("\n"));
  }
}
