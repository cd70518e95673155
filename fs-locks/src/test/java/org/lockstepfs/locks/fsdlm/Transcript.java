package org.lockstepfs.locks.fsdlm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * A few engines driven by a script, with every delivery in the script's hand.
 *
 * <pre>
 * > boot 1 2               nodes 1 and 2 start as the first set; all is delivered
 * > 1 lock a R PR [flags]  node 1 requests lock "a" on resource R, flags by their names in Lkf
 * > 1 convert a EX [flags]
 * > 1 unlock a [flags]
 * > 1 cancel a
 * > 1 write a text         node 1 changes its value block
 * > 1->2                   delivers the oldest message on that link
 * > deliver                delivers everything, links in order, until all is quiet
 * > deliver but TYPE       the same, but stops links before a message of that type
 * > quietly deliver        the same, without a word; time passes until all nodes run
 * > tick 100               time passes on all nodes
 * > down 1                 node 1 dies; what it has sent is still under way
 * > new 3                  another life of node 3
 * > 1 stop                 node 1 stops locking
 * > 1 start 2: 1 2         node 1 starts with sequence 2 and members 1 and 2
 * > show R                 what every node knows of R
 * </pre>
 */
final class Transcript {
  private static final class Holder {
    final String label;
    final byte[] lvb = Lvb.empty();
    Lkb lock;

    Holder(String label) {
      this.label = label;
    }
  }

  private final Map<Integer, FsDlm> engines = new TreeMap<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final Map<String, Queue<Envelope>> links = new TreeMap<>();
  private final Map<String, Holder> holders = new HashMap<>();
  private final List<String> out = new ArrayList<>();
  private long nowMs = 1;

  /** Carries one command out and returns what it causes. */
  List<String> run(String command) {
    out.clear();
    run(command.split("[ :]+"));
    return List.copyOf(out);
  }

  private void run(String[] words) {
    switch (words[0]) {
      case "boot" -> boot(words);
      case "deliver" -> deliverAll(words.length > 2 ? words[2] : "");
      case "quietly" -> settle();
      case "tick" -> tick(Long.parseLong(words[1]));
      case "down" -> engines.remove(Integer.parseInt(words[1]));
      case "new" -> create(Integer.parseInt(words[1]));
      case "show" -> show(ResName.of(words[1]));
      default -> {
        if (words[0].contains("->")) {
          deliver(words[0]);
        } else {
          order(Integer.parseInt(words[0]), words);
        }
      }
    }
    drainAll();
  }

  private void create(int number) {
    long incarnation = incarnations.merge(number, 1L, Long::sum);
    FsDlm engine = new FsDlm(new FsDlmConfig(number, incarnation, "d"));
    engine.tick(nowMs);
    engines.put(number, engine);
  }

  private void boot(String[] words) {
    List<Integer> numbers = Arrays.stream(words).skip(1).map(Integer::valueOf).toList();
    numbers.forEach(this::create);
    numbers.forEach(number -> start(number, 1, numbers));
    settle();
  }

  private void start(int number, long seq, List<Integer> numbers) {
    List<Member> members = new ArrayList<>();
    numbers.forEach(n -> members.add(new Member(n, incarnations.getOrDefault(n, 1L))));
    engines.get(number).start(seq, members);
  }

  private void settle() {
    int mark = out.size();
    deliverAll("");
    for (int i = 0; i < 100 && !engines.values().stream().allMatch(FsDlm::isRunning); i++) {
      tick(100);
      deliverAll("");
    }
    out.subList(mark, out.size()).clear();
  }

  private void tick(long ms) {
    nowMs += ms;
    engines.values().forEach(engine -> engine.tick(nowMs));
  }

  private void order(int node, String[] words) {
    FsDlm engine = engines.get(node);
    switch (words[1]) {
      case "stop" -> engine.stop();
      case "start" -> {
        List<Integer> members = Arrays.stream(words).skip(3).map(Integer::valueOf).toList();
        start(node, Long.parseLong(words[2]), members);
      }
      default -> operate(engine, words);
    }
  }

  private void operate(FsDlm engine, String[] words) {
    Holder holder = holders.computeIfAbsent(words[2], Holder::new);
    FsDlmStatus status = FsDlmStatus.SUCCESS;
    switch (words[1]) {
      case "lock" -> {
        LockMode mode = LockMode.valueOf(words[4]);
        holder.lock = engine.lock(mode, flags(words, 5), ResName.of(words[3]), holder.lvb, holder);
      }
      case "convert" ->
          status = engine.convert(holder.lock, LockMode.valueOf(words[3]), flags(words, 4));
      case "unlock" -> status = engine.unlock(holder.lock, flags(words, 3));
      case "cancel" -> status = engine.cancel(holder.lock);
      case "write" -> {
        byte[] text = words[3].getBytes(StandardCharsets.ISO_8859_1);
        Arrays.fill(holder.lvb, (byte) 0);
        System.arraycopy(text, 0, holder.lvb, 0, text.length);
      }
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
    if (status != FsDlmStatus.SUCCESS) {
      print("    refused " + status);
    }
  }

  private static int flags(String[] words, int from) {
    int flags = 0;
    for (int i = from; i < words.length; i++) {
      try {
        flags |= Lkf.class.getField(words[i].toUpperCase(Locale.ROOT)).getInt(null);
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException("flag " + words[i], e);
      }
    }
    return flags;
  }

  private void deliverAll(String but) {
    drainAll();
    boolean moved = true;
    while (moved) {
      moved = false;
      for (String link : List.copyOf(links.keySet())) {
        while (!links.get(link).isEmpty()
            && !links.get(link).peek().message().type().name().equals(but)) {
          deliver(link);
          drainAll();
          moved = true;
        }
      }
    }
  }

  private void deliver(String link) {
    int from = Integer.parseInt(link.substring(0, link.indexOf('-')));
    int to = Integer.parseInt(link.substring(link.indexOf('>') + 1));
    Envelope envelope = links.getOrDefault(link, new ArrayDeque<>()).remove();
    print(link + " " + TranscriptText.of(envelope));
    FsDlm engine = engines.get(to);
    if (engine != null) {
      engine.onMessage(from, envelope);
    }
  }

  private void drainAll() {
    engines.forEach(
        (number, engine) -> {
          for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
            perform(number, effect);
          }
        });
  }

  private void perform(int node, Effect effect) {
    if (effect instanceof Effect.Send send) {
      links.computeIfAbsent(node + "->" + send.to(), k -> new ArrayDeque<>()).add(send.envelope());
    } else if (effect instanceof Effect.Ast ast) {
      Holder holder = (Holder) ast.lock().attachment();
      String mode = ast.mode() == null ? "gone" : ast.mode().toString();
      print(
          "    "
              + node
              + " AST "
              + holder.label
              + " "
              + ast.status()
              + " "
              + mode
              + (ast.demoted() ? " DEMOTED" : "")
              + (ast.lvbInvalid() ? " VALNOTVALID" : "")
              + lvb(holder));
    } else if (effect instanceof Effect.Bast bast) {
      Holder holder = (Holder) bast.lock().attachment();
      print("    " + node + " BAST " + holder.label + " " + bast.blocked());
    } else if (effect instanceof Effect.Running running) {
      print("    " + node + " runs, sequence " + running.seq());
    } else {
      print("    " + node + " " + effect);
    }
  }

  private static String lvb(Holder holder) {
    String text = new String(holder.lvb, StandardCharsets.ISO_8859_1).replace("\0", "");
    return text.isEmpty() ? "" : " \"" + text + "\"";
  }

  private void show(ResName name) {
    engines.forEach(
        (number, engine) -> {
          Rsb res = engine.inspect().resources.get(name);
          print(number + " knows " + (res == null ? "nothing" : res));
        });
  }

  private void print(String line) {
    out.add(line);
  }
}
