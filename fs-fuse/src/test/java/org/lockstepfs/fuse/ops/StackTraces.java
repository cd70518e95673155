package org.lockstepfs.fuse.ops;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What all threads are doing at the moment at which somebody prints it. */
final class StackTraces {
  private static final int DEPTH = 14;

  @Override
  public String toString() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(StackTraces::isOurs)
        .map(e -> e.getKey().getName() + "\n" + frames(e.getValue()))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private static boolean isOurs(Map.Entry<Thread, StackTraceElement[]> thread) {
    return Stream.of(thread.getValue())
        .anyMatch(frame -> frame.getClassName().startsWith("org.lockstepfs"));
  }

  private static String frames(StackTraceElement[] frames) {
    return Stream.of(frames)
        .limit(DEPTH)
        .map(frame -> "  " + frame)
        .collect(Collectors.joining("\n"));
  }
}
