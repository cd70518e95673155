package org.lockstepfs.stack.user.control;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.user.control.ControlMessage.Commit;
import org.lockstepfs.stack.user.control.ControlMessage.Hello;
import org.lockstepfs.stack.user.control.ControlMessage.Leave;
import org.lockstepfs.stack.user.control.ControlMessage.Prepare;
import org.lockstepfs.stack.user.control.ControlMessage.Stopped;

/**
 * One node's part in agreeing on the members of one lockspace; see the package. Not thread-safe,
 * neither clock nor network of its own.
 */
public final class ViewAgreement {
  /** Answer: done. */
  public static final int OK = 0;

  /** Answer: not now; ask again. */
  public static final int AGAIN = -11;

  /** Answer: such a message makes no sense. */
  public static final int INVALID = -22;

  /** Answer: the locking protocols of the file systems do not fit. */
  public static final int PROTOCOL = -71;

  /** Instead of an answer: the node does not have the volume. */
  public static final int ABSENT = -1001;

  /** Instead of an answer: the message may or may not have arrived. */
  public static final int UNREACHABLE = -1002;

  /** Answer to HELLO: I take part, too; plus the minor protocol version that I run, or could. */
  private static final int PARTICIPANT = 1;

  /** A sequence is a counter and, in its lowest bits, the proposer. */
  private static final int NODE_BITS = 8;

  private static final int NODE_MASK = (1 << NODE_BITS) - 1;

  /** A set that this node proposes. */
  private static final class Attempt {
    final long seq;
    final int minor;
    final Map<Integer, Long> members;
    final Set<Integer> waiting;
    boolean failed;

    Attempt(long seq, int minor, Map<Integer, Long> members) {
      this.seq = seq;
      this.minor = minor;
      this.members = members;
      this.waiting = new TreeSet<>(members.keySet());
    }
  }

  private final int self;
  private final long incarnation;
  private final ProtocolVersion version;
  private final ViewActions actions;
  private final RunningMinor minor;
  private final BitSet live = new BitSet();
  private final TreeMap<Integer, Long> participants = new TreeMap<>();
  private final Set<Integer> greeted = new HashSet<>();
  private final Set<Integer> greeting = new HashSet<>();
  private final Set<Integer> telling = new HashSet<>();
  private final Set<Integer> untold = new TreeSet<>();

  /** All that were live at the join have answered: this node knows all participants. */
  private boolean ready;

  /** The lock manager is not started with the set in force. */
  private boolean stopped = true;

  /** Somebody is stopped who has to be started with a new set, though the members are the same. */
  private boolean behind;

  private boolean leaving;
  private boolean leftAlready;
  private int highest;
  private Attempt attempt;
  private Prepare prepared;
  private long viewSeq;
  private Map<Integer, Long> view = Map.of();

  /** Makes the part of a node that does not take part yet. */
  public ViewAgreement(int self, long incarnation, ProtocolVersion version, ViewActions actions) {
    this.self = self;
    this.incarnation = incarnation;
    this.version = version;
    this.actions = actions;
    this.minor = new RunningMinor(version.minor());
  }

  /** Takes part from now on; ends with a start, or a refusal. */
  public void join(BitSet liveNodes) {
    live.or(liveNodes);
    live.clear(self);
    participants.put(self, incarnation);
    tick();
  }

  /** Takes part no more; the caller holds no locks. */
  public void leave() {
    leaving = true;
    attempt = null;
    prepared = null;
    stop();
    untold.addAll(participants.keySet());
    // Some may have counted this node in whose answers have not come.
    live.stream().forEach(untold::add);
    untold.remove(self);
    tick();
  }

  /** Tries again what failed; to be called a few times per second. */
  public void tick() {
    if (leaving) {
      tellAll();
    } else if (participants.containsKey(self)) {
      // Until it is in, a node says so again and again: its death in an earlier life may have
      // been noted after its first word.
      live.stream().filter(n -> view.isEmpty() || !greeted.contains(n)).forEach(this::greet);
      evaluate(true);
      complain();
    }
  }

  /** Whoever stopped this node may be gone, and the others may have gone on as they were. */
  private void complain() {
    int lowest = participants.firstKey();
    if (stopped && lowest != self) {
      Stopped complaint = new Stopped(prepared == null ? 0 : prepared.seq());
      actions.send(lowest, complaint, status -> {});
    }
  }

  /** A node's heartbeat is seen. */
  public void nodeUp(int node) {
    if (node != self) {
      live.set(node);
    }
  }

  /** A node is dead: it cannot act on its locks any more. */
  public void nodeDown(int node) {
    live.clear(node);
    greeted.remove(node);
    untold.remove(node);
    Long life = participants.remove(node);
    if (life != null) {
      actions.died(node, life);
    }
    evaluate(false);
  }

  private void greet(int node) {
    if (greeting.add(node)) {
      Hello hello = new Hello(incarnation, version.major(), version.minor());
      actions.send(node, hello, status -> greeted(node, status));
    }
  }

  private void greeted(int node, int status) {
    greeting.remove(node);
    if (!live.get(node) || leaving) {
      return;
    }
    if (status == PROTOCOL) {
      actions.refused("node " + node + " speaks another locking protocol than " + version);
    } else if (status >= PARTICIPANT && minor.suits(status - PARTICIPANT)) {
      minor.offered(node, status - PARTICIPANT);
      OptionalLong life = actions.incarnationOf(node);
      if (life.isPresent()) {
        enter(node, life.getAsLong());
        greeted.add(node);
      }
    } else if (status >= OK || status == ABSENT) {
      // One that is too old for what runs here is told so in answer to its own word.
      greeted.add(node);
    }
    evaluate(false);
  }

  private void enter(int node, long life) {
    Long before = participants.put(node, life);
    if (before != null && before != life) {
      actions.died(node, before);
    }
  }

  /** Handles a message; returns what to answer. */
  public int onMessage(int from, ControlMessage message) {
    if (message instanceof Hello m) {
      return onHello(from, m);
    } else if (message instanceof Leave m) {
      return onLeave(from, m);
    } else if (message instanceof Prepare m) {
      return onPrepare(from, m);
    } else if (message instanceof Stopped m) {
      return onStopped(from, m);
    } else {
      return onCommit((Commit) message);
    }
  }

  private int onHello(int from, Hello hello) {
    OptionalLong life = actions.incarnationOf(from);
    if (life.isEmpty() || life.getAsLong() != hello.incarnation()) {
      return AGAIN;
    }
    if (hello.major() != version.major() || hello.minor() < 0 || !minor.suits(hello.minor())) {
      return PROTOCOL;
    }
    boolean takesPart = participants.containsKey(self) && !leaving;
    if (takesPart) {
      live.set(from);
      enter(from, hello.incarnation());
      minor.offered(from, hello.minor());
      evaluate(false);
    }
    return takesPart ? PARTICIPANT + minor.offer() : OK;
  }

  private int onLeave(int from, Leave leave) {
    if (participants.remove(from, leave.incarnation())) {
      evaluate(false);
    }
    return OK;
  }

  /** Returns OK, AGAIN, INVALID, or the highest counter seen if that of the proposal is no more. */
  private int onPrepare(int from, Prepare proposal) {
    long counter = proposal.seq() >> NODE_BITS;
    if ((proposal.seq() & NODE_MASK) != from || counter < 1 || counter > Integer.MAX_VALUE / 2) {
      return INVALID;
    }
    boolean same = ready && !leaving && proposal.members().equals(participants);
    if (!same || !minor.consents(proposal.minor()) || from != participants.firstKey()) {
      return AGAIN;
    }
    if (counter <= highest) {
      return highest;
    }
    highest = (int) counter;
    attempt = null;
    prepared = proposal;
    stop();
    return OK;
  }

  private int onCommit(Commit commit) {
    if (prepared == null || prepared.seq() != commit.seq()) {
      return AGAIN;
    }
    Prepare agreed = prepared;
    prepared = null;
    start(agreed.seq(), agreed.minor(), agreed.members());
    return OK;
  }

  /** A node that waits for the end of a proposal under way is not forgotten. */
  private int onStopped(int from, Stopped complaint) {
    boolean waits =
        attempt != null && (!attempt.waiting.isEmpty() || attempt.seq == complaint.seq());
    if (participants.containsKey(from) && !waits) {
      behind = true;
      evaluate(false);
    }
    return OK;
  }

  private void stop() {
    stopped = true;
    actions.stop();
  }

  private void start(long seq, int runningMinor, Map<Integer, Long> members) {
    minor.run(runningMinor);
    stopped = false;
    viewSeq = seq;
    view = Map.copyOf(members);
    actions.start(seq, runningMinor, members);
  }

  /** Proposes if it falls to this node and there is something to propose. */
  private void evaluate(boolean retry) {
    if (leaving || !participants.containsKey(self)) {
      return;
    }
    ready |= live.stream().allMatch(greeted::contains);
    if (!ready || participants.firstKey() != self) {
      attempt = null;
      behind = false;
      return;
    }
    boolean underWay = !behind && attempt != null && attempt.members.equals(participants);
    if (underWay ? attempt.failed && retry : behind || stopped || !view.equals(participants)) {
      propose();
    }
  }

  private void propose() {
    behind = false;
    highest++;
    Attempt now =
        new Attempt(
            ((long) highest << NODE_BITS) | self,
            minor.proposal(participants.keySet()),
            new TreeMap<>(participants));
    attempt = now;
    prepared = null;
    stop();
    now.waiting.remove(self);
    if (now.waiting.isEmpty()) {
      start(now.seq, now.minor, now.members);
      return;
    }
    Prepare prepare = new Prepare(now.seq, now.minor, now.members);
    for (int node : List.copyOf(now.waiting)) {
      actions.send(node, prepare, status -> consented(now, node, status));
    }
  }

  private void consented(Attempt of, int node, int status) {
    if (of != attempt) {
      return;
    }
    if (status != OK) {
      highest = Math.max(highest, status);
      of.failed = true;
      return;
    }
    of.waiting.remove(node);
    if (of.waiting.isEmpty()) {
      start(of.seq, of.minor, of.members);
      Commit commit = new Commit(of.seq);
      of.members.keySet().stream()
          .filter(n -> n != self)
          .forEach(n -> actions.send(n, commit, s -> of.failed |= s != OK));
    }
  }

  private void tellAll() {
    for (int node : List.copyOf(untold)) {
      if (telling.add(node)) {
        actions.send(
            node,
            new Leave(incarnation),
            status -> {
              telling.remove(node);
              if (status == OK || status == ABSENT) {
                untold.remove(node);
                reportLeft();
              }
            });
      }
    }
    reportLeft();
  }

  private void reportLeft() {
    if (untold.isEmpty() && !leftAlready) {
      leftAlready = true;
      actions.left();
    }
  }

  /** Returns the sequence of the set in force, 0 if there has been none. */
  public long sequence() {
    return viewSeq;
  }
}
