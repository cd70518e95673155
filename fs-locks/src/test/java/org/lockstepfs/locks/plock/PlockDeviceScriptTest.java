package org.lockstepfs.locks.plock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.script.Scripts;

/**
 * What processes, the device and a plock daemon say to each other, one script per rule. A process's
 * request has a name; so has, by its number, every record that the daemon reads.
 */
class PlockDeviceScriptTest {
  private static final int NODE = 3;
  private static final int FSID = 7;

  private final List<String> events = new ArrayList<>();
  private final PlockDevice device = new PlockDevice(lock -> events.add("lost " + text(lock)));
  private final Map<String, PlockOp> requests = new TreeMap<>();
  private final List<PlockInfo> read = new ArrayList<>();

  static List<Path> scripts() throws IOException {
    return Scripts.in("locks/plock/device-rules", 9);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holds(Path file) throws IOException {
    device.attached(PlockFraming.DLM_PLOCK);
    Scripts.check(file, this::run);
  }

  private List<String> run(String command) {
    events.clear();
    run(command.split(" "));
    return List.copyOf(events);
  }

  private void run(String[] words) {
    switch (words[0]) {
      case "lock", "unlock", "get" -> submit(words);
      case "signal" -> device.cancel(requests.get(words[1]));
      case "close" -> device.close(info(Op.UNLOCK, words[1], "0-", false, false));
      case "read" -> read();
      case "write" -> write(words);
      case "disconnect" -> device.detached();
      case "connect" -> device.attached(PlockFraming.valueOf(words[1]));
      case "leave" -> device.forget(FSID);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  /** {@code lock NAME PROCESS RANGE [ex] [wait]}. */
  private void submit(String[] words) {
    List<String> flags = List.of(words);
    Op op = Op.valueOf(words[0].toUpperCase(java.util.Locale.ROOT));
    PlockInfo info = info(op, words[2], words[3], flags.contains("ex"), flags.contains("wait"));
    PlockOp request =
        device.submit(
            info,
            (rv, conflict) ->
                events.add(
                    words[1] + " = " + rv + (conflict == null ? "" : ", " + text(conflict))));
    requests.put(words[1], request);
  }

  private void read() {
    for (PlockInfo next = device.read(); next != null; next = device.read()) {
      read.add(next);
      events.add("#" + read.size() + " " + text(next));
    }
  }

  /** {@code write #N RV}, or with what GET found: {@code write #N 1 PROCESS RANGE ex}. */
  private void write(String[] words) {
    PlockInfo asked = read.get(Integer.parseInt(words[1].substring(1)) - 1);
    PlockInfo found = asked;
    if (words.length > 3) {
      found = info(Op.GET, words[3], words[4], words.length > 5, false);
    }
    PlockInfo result =
        new PlockInfo(
            found.op(),
            found.exclusive(),
            found.waits(),
            found.close(),
            found.pid(),
            found.node(),
            Integer.parseInt(words[2]),
            asked.fsid(),
            found.number(),
            found.start(),
            found.end(),
            found.owner());
    if (!device.write(result)) {
      events.add("nobody asked");
    }
  }

  /** A process is its pid, or {@code pid/owner} where the two differ. */
  private static PlockInfo info(Op op, String process, String range, boolean ex, boolean wait) {
    String[] who = process.split("/");
    int dash = range.indexOf('-');
    String end = range.substring(dash + 1);
    return new PlockInfo(
        op,
        ex,
        wait,
        false,
        Integer.parseInt(who[0]),
        NODE,
        0,
        FSID,
        1,
        Long.parseLong(range.substring(0, dash)),
        end.isEmpty() ? Long.MAX_VALUE : Long.parseLong(end),
        Long.parseLong(who[who.length - 1]));
  }

  private static String text(PlockInfo i) {
    return i.op()
        + " "
        + i.pid()
        + (i.owner() == i.pid() ? " " : "/" + i.owner() + " ")
        + i.start()
        + "-"
        + (i.end() == Long.MAX_VALUE ? "" : i.end())
        + (i.exclusive() ? " ex" : "")
        + (i.waits() ? " wait" : "")
        + (i.close() ? " close" : "");
  }
}
