package org.lockstepfs.locks.o2dlm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.FinalizeReco;
import org.lockstepfs.locks.o2dlm.message.JoinReply;
import org.lockstepfs.locks.o2dlm.message.LockRequest;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.ProxyAst;
import org.lockstepfs.locks.o2dlm.message.RecoDataDone;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;

/**
 * A few engines driven by a script, with every delivery in the script's hand.
 *
 * <pre>
 * > join 1                 node 1 joins; everything is delivered
 * > 1 lock a R PR [flags]  node 1 requests lock "a" on resource R; flags: noqueue lvb local
 * > 1 convert a EX [flags]
 * > 1 unlock a [lvb]
 * > 1 cancel a
 * > 1 write a text         node 1 changes its value block
 * > 1->2                   delivers the oldest packet on that link
 * > until 1->2 TYPE       as deliver, up to the first message of that type on that link
 * > swap 1->2              the two oldest packets on that link change places
 * > deliver                delivers everything, links in order, until all is quiet
 * > tick 100               time passes on all nodes
 * > leave 1                node 1 leaves
 * > down 1                 node 1 is dead; the others hear of it
 * > crash 1                node 1 is dead; nobody has heard of it yet
 * > 2 sees 1               node 2 hears that node 1 is dead
 * > show R                 what every node knows of R
 * </pre>
 */
final class Transcript {
  private record Packet(Message request, Message message, long token, int status) {}

  private static final class Holder {
    final String label;
    final byte[] lvb = Lvb.empty();
    DlmLock lock;

    Holder(String label) {
      this.label = label;
    }
  }

  private final Map<Integer, O2Dlm> engines = new TreeMap<>();
  private final Map<String, Queue<Packet>> links = new TreeMap<>();
  private final Map<String, Holder> holders = new HashMap<>();
  private final List<String> out = new ArrayList<>();
  private long nowMs = 1;

  /** Carries one command out and returns what it causes. */
  List<String> run(String command) {
    out.clear();
    run(command.split(" +"));
    return List.copyOf(out);
  }

  private void run(String[] words) {
    switch (words[0]) {
      case "join" -> join(Integer.parseInt(words[1]));
      case "deliver" -> deliverAll("");
      case "until" -> deliverAll(words[1] + " " + words[2]);
      case "swap" -> swap(links.get(words[1]));
      case "tick" -> tick(Long.parseLong(words[1]));
      case "leave" -> engines.get(Integer.parseInt(words[1])).leave();
      case "crash" -> crash(Integer.parseInt(words[1]));
      case "down" -> {
        int number = Integer.parseInt(words[1]);
        crash(number);
        engines.values().forEach(engine -> engine.nodeDown(number));
      }
      case "show" -> show(ResName.of(words[1]));
      default -> {
        if (words[0].contains("->")) {
          deliver(words[0]);
        } else {
          operate(Integer.parseInt(words[0]), words);
        }
      }
    }
    drainAll();
  }

  private void join(int number) {
    O2Dlm engine = new O2Dlm(new O2DlmConfig(number, "d", 1, 1, 0, List.of(), List.of()));
    engine.tick(nowMs);
    NodeMap live = NodeMap.of(number);
    engines.forEach(
        (other, peer) -> {
          live.add(other);
          peer.nodeUp(number);
        });
    engines.put(number, engine);
    engine.join(live);
    int mark = out.size();
    deliverAll("");
    out.subList(mark, out.size()).clear();
  }

  private void tick(long ms) {
    nowMs += ms;
    engines.values().forEach(engine -> engine.tick(nowMs));
  }

  private void crash(int number) {
    engines.remove(number);
    links.keySet().removeIf(link -> link.startsWith(number + "->") || link.endsWith("->" + number));
  }

  private void operate(int node, String[] words) {
    O2Dlm engine = engines.get(node);
    if (words[1].equals("sees")) {
      engine.nodeDown(Integer.parseInt(words[2]));
      return;
    }
    Holder holder = holders.computeIfAbsent(words[2], Holder::new);
    int flags = flags(words);
    switch (words[1]) {
      case "lock" -> {
        ResName name = ResName.of(words[3]);
        LockMode mode = LockMode.valueOf(words[4]);
        holder.lock = engine.lock(mode, flags, name, holder.lvb, holder);
      }
      case "convert" -> engine.convert(holder.lock, LockMode.valueOf(words[3]), flags);
      case "unlock" -> engine.unlock(holder.lock, flags);
      case "cancel" -> engine.cancel(holder.lock);
      case "write" -> {
        byte[] text = words[3].getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, holder.lvb, 0, text.length);
      }
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
  }

  private static int flags(String[] words) {
    List<String> all = Arrays.asList(words);
    return (all.contains("noqueue") ? DlmFlags.NOQUEUE : 0)
        | (all.contains("lvb") ? DlmFlags.VALBLK : 0)
        | (all.contains("local") ? DlmFlags.LOCAL : 0);
  }

  /** Stops after a line that begins so, if that is not empty. */
  private void deliverAll(String last) {
    drainAll();
    boolean moved = true;
    while (moved) {
      moved = false;
      for (String link : List.copyOf(links.keySet())) {
        while (!links.get(link).isEmpty()) {
          int mark = out.size();
          deliver(link);
          if (!last.isEmpty() && out.size() > mark && out.get(mark).startsWith(last)) {
            return;
          }
          drainAll();
          moved = true;
        }
      }
    }
  }

  private void deliver(String link) {
    int from = Integer.parseInt(link.substring(0, link.indexOf('-')));
    int to = Integer.parseInt(link.substring(link.indexOf('>') + 1));
    Packet packet = links.getOrDefault(link, new ArrayDeque<>()).remove();
    O2Dlm engine = engines.get(to);
    if (engine == null) {
      engines.get(from).onSendFailed(packet.token, SendError.LINK_DOWN);
    } else if (packet.message == null) {
      print(link + " " + status(packet.request, packet.status));
      engine.onReply(packet.token, packet.status);
    } else {
      print(link + " " + text(packet.message));
      int status = engine.onMessage(from, packet.message);
      link(to, from).add(new Packet(packet.message, null, packet.token, status));
    }
  }

  private static void swap(Queue<Packet> link) {
    List<Packet> packets = new ArrayList<>(link);
    Collections.swap(packets, 0, 1);
    link.clear();
    link.addAll(packets);
  }

  private Queue<Packet> link(int from, int to) {
    return links.computeIfAbsent(from + "->" + to, k -> new ArrayDeque<>());
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
      link(node, send.to()).add(new Packet(null, send.message(), send.token(), 0));
    } else if (effect instanceof Effect.Ast ast) {
      Holder holder = (Holder) ast.lock().attachment();
      String mode = ast.lock().isGone() ? "gone" : ast.lock().mode().toString();
      print("    " + node + " AST " + holder.label + " " + ast.status() + " " + mode + lvb(holder));
    } else if (effect instanceof Effect.Bast bast) {
      Holder holder = (Holder) bast.lock().attachment();
      print("    " + node + " BAST " + holder.label + " " + bast.blocked());
    } else if (effect instanceof Effect.UnlockAst ast) {
      Holder holder = (Holder) ast.lock().attachment();
      String what = ast.cancel() ? " cancel " : " unlock ";
      print("    " + node + what + holder.label + " " + ast.status());
    } else if (effect instanceof Effect.Evicted evicted) {
      print("    " + node + " Evicted " + evicted.node());
    } else {
      print("    " + node + " " + effect.getClass().getSimpleName());
    }
  }

  private static String lvb(Holder holder) {
    String text = new String(holder.lvb, StandardCharsets.ISO_8859_1).replace("\0", "");
    return text.isEmpty() ? "" : " \"" + text + "\"";
  }

  private static String status(Message request, int status) {
    return switch (MessageType.of(request.type())) {
      case MASTER_REQUEST -> "says " + MasterResponse.ofWire(status);
      case CREATE_LOCK, CONVERT_LOCK, UNLOCK_LOCK, PROXY_AST -> "says " + DlmStatus.ofWire(status);
      case QUERY_JOIN -> "says " + JoinReply.ofStatus(status).code();
      default -> "says " + status;
    };
  }

  private static String text(Message message) {
    String type = MessageType.of(message.type()).toString();
    if (message instanceof CreateLock m) {
      return type + " " + m.mode() + " " + m.name();
    } else if (message instanceof ConvertLock m) {
      return type + " " + m.mode() + " " + m.name() + (m.lvb() == null ? "" : " with value");
    } else if (message instanceof UnlockLock m) {
      boolean cancel = (m.flags() & DlmFlags.CANCEL) != 0;
      String value = m.lvb() == null ? "" : " with value";
      return type + (cancel ? " cancel " : " ") + m.name() + value;
    } else if (message instanceof ProxyAst m) {
      String value = m.lvb() == null ? "" : " with value";
      return type + (m.blocking() ? " BAST " + m.blocked() + " " : " AST ") + m.name() + value;
    } else if (message instanceof AssertMaster m) {
      return type + " " + m.name() + " flags " + m.flags();
    } else if (message instanceof BeginReco m) {
      return type + " of " + m.deadNode();
    } else if (message instanceof LockRequest m) {
      return type + " of " + m.deadNode();
    } else if (message instanceof RecoDataDone m) {
      return type + " of " + m.deadNode();
    } else if (message instanceof FinalizeReco m) {
      return type + " of " + m.deadNode() + (m.stageTwo() ? " stage 2" : " stage 1");
    } else if (message instanceof MasterRequery m) {
      return type + " " + m.name();
    } else if (message instanceof MigLockres m) {
      return type + " " + m.name() + " " + m.locks().size() + " entries";
    }
    return type;
  }

  private void show(ResName name) {
    engines.forEach(
        (number, engine) -> {
          DlmLockRes res = engine.inspect().resources.get(name);
          print(number + " knows " + (res == null ? "nothing" : res));
        });
  }

  private void print(String line) {
    out.add(line);
  }
}
