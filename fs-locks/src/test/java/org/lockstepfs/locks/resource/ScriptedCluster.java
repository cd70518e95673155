package org.lockstepfs.locks.resource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Either lock manager as a script of granting sees it: clients, each with one lock on one resource,
 * and what they hear. Every message is delivered before a command is over.
 */
abstract class ScriptedCluster {
  static final ResName RESOURCE = ResName.of("R");
  private static final int MANY_MESSAGES = 1000;

  /** What a command may ask for besides a mode. */
  enum Option {
    /** To be refused rather than wait. */
    NOQUEUE,
    /** To read or write the value block. */
    LVB
  }

  /** The user of one lock. */
  static final class Client {
    final String label;
    final int node;
    final byte[] lvb = Lvb.empty();

    /** The strongest mode that it was asked to give way to since its last grant. */
    private LockMode told;

    Client(String label, int node) {
      this.label = label;
      this.node = node;
    }

    private void write(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      Arrays.fill(lvb, (byte) 0);
      System.arraycopy(bytes, 0, lvb, 0, bytes.length);
    }

    private String value() {
      String text = new String(lvb, StandardCharsets.ISO_8859_1).replace("\0", "");
      return text.isEmpty() ? "" : " \"" + text + "\"";
    }
  }

  private record Event(Client client, String what) {}

  private final int nodes;
  private final Map<String, Client> clients = new TreeMap<>();
  private final Queue<Runnable> network = new ArrayDeque<>();
  private final List<Event> events = new ArrayList<>();

  /** Makes a cluster of nodes 1 and up; client a is on node 1, b on the next, and so on in turn. */
  ScriptedCluster(int nodes) {
    this.nodes = nodes;
  }

  abstract void lock(Client client, LockMode mode, Set<Option> options);

  abstract void convert(Client client, LockMode mode, Set<Option> options);

  abstract void unlock(Client client, Set<Option> options);

  abstract void cancel(Client client);

  /** Performs what the engines want done. */
  abstract void drain();

  /** Carries one command out and returns what it causes, client by client. */
  final List<String> run(String command) {
    String[] words = command.split(" ");
    Client client = clients.computeIfAbsent(words[1], this::newClient);
    switch (words[0]) {
      case "lock" -> lock(client, LockMode.valueOf(words[2]), options(words, 3));
      case "convert" -> convert(client, LockMode.valueOf(words[2]), options(words, 3));
      case "unlock" -> unlock(client, options(words, 2));
      case "cancel" -> cancel(client);
      case "write" -> client.write(words[2]);
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
    settle();
    List<String> lines =
        events.stream()
            .sorted(Comparator.comparing(event -> event.client.label))
            .map(event -> event.client.label + " " + event.what)
            .toList();
    events.clear();
    return lines;
  }

  private Client newClient(String label) {
    return new Client(label, (label.charAt(0) - 'a') % nodes + 1);
  }

  private static Set<Option> options(String[] words, int from) {
    return Arrays.stream(words)
        .skip(from)
        .map(word -> Option.valueOf(word.toUpperCase(Locale.ROOT)))
        .collect(Collectors.toSet());
  }

  /** Delivers everything, in the order in which it was sent. */
  final void settle() {
    drain();
    for (int i = 0; !network.isEmpty(); i++) {
      if (i == MANY_MESSAGES) {
        throw new AssertionError("messages without end");
      }
      network.remove().run();
      drain();
    }
  }

  final void send(Runnable delivery) {
    network.add(delivery);
  }

  final void holds(Object client, LockMode mode) {
    Client holder = (Client) client;
    holder.told = null;
    events.add(new Event(holder, "holds " + mode + holder.value()));
  }

  final void ended(Object client, String how) {
    events.add(new Event((Client) client, how));
  }

  /** Notes that a client stands in somebody's way, if that is news to it. */
  final void blocks(Object client, LockMode wanted) {
    Client holder = (Client) client;
    if (holder.told == null || wanted.strongerThan(holder.told)) {
      holder.told = wanted;
      events.add(new Event(holder, "blocks " + wanted));
    }
  }
}
