package org.lockstepfs.fuse.dlmglue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;

/**
 * One {@link LockState} and the threads around it, each moved by one step of a script, so that a
 * callback can come before the call that causes it has returned. After what it causes, a command
 * shows the lock's level and flags.
 *
 * <pre>
 * > cached PR          the lock has been taken at PR and is idle
 * > a wants EX         taker a tries to take it: __ocfs2_cluster_lock
 * > a tries EX         the same, with NOQUEUE
 * > a again            a looks again, after a change
 * > a releases EX
 * > return 2           the lock call of generation 2 returns to its caller
 * > fail 2             the same, with an error
 * > ast                the lock call has completed
 * > ast EAGAIN         the lock call was refused
 * > bast EX            another node wants EX
 * > unblock            the downconvert thread takes the lock off its queue and decides
 * > cancel returns     its cancel call returns
 * > cancelled          the cancel has completed
 * </pre>
 */
final class LockScript {
  private final LockState state = new LockState();
  private final Map<String, Taker> takers = new HashMap<>();
  private final List<String> out = new ArrayList<>();
  private int downconvert;

  /** Carries one command out and returns what it causes. */
  List<String> run(String command) {
    out.clear();
    run(command.split(" "));
    return List.copyOf(out);
  }

  private void run(String[] words) {
    switch (words[0]) {
      case "cached" -> cache(LockMode.valueOf(words[1]));
      case "return" -> returned(Integer.parseInt(words[1]));
      case "fail" -> state.callFailed(Integer.parseInt(words[1]));
      case "ast" -> state.lockAst(words.length > 1 ? Errno.valueOf(words[1]) : null, false);
      case "bast" -> state.blockingAst(LockMode.valueOf(words[1]));
      case "unblock" -> unblock();
      case "cancel" -> state.endUnblock();
      case "cancelled" -> state.unlockAst(null);
      default -> take(words);
    }
    if (state.enqueue()) {
      print("queued");
    }
    print("= " + state.level() + " " + flags());
  }

  private void cache(LockMode level) {
    Taker taker = new Taker(level, LockWait.WAIT);
    state.take(taker);
    state.callReturned(taker.call);
    state.lockAst(null, false);
    state.take(taker);
    state.release(level);
  }

  private void take(String[] words) {
    switch (words[1]) {
      case "wants" -> attempt(words[0], new Taker(LockMode.valueOf(words[2]), LockWait.WAIT));
      case "tries" -> attempt(words[0], new Taker(LockMode.valueOf(words[2]), LockWait.NOQUEUE));
      case "again" -> attempt(words[0], takers.get(words[0]));
      case "releases" -> state.release(LockMode.valueOf(words[2]));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
  }

  private void attempt(String label, Taker taker) {
    takers.put(label, taker);
    switch (state.take(taker)) {
      case GRANTED -> print(label + " holds " + taker.wanted);
      case WAIT -> print(label + " waits");
      case REFUSED -> print(label + " refused");
      case CALL -> print(label + " calls, generation " + taker.call);
    }
  }

  /** The downconvert thread keeps the lock in its hands until its call returns. */
  private void unblock() {
    if (!state.beginUnblock()) {
      print("not queued");
      return;
    }
    switch (state.unblock()) {
      case PARK -> {
        print("nothing to do now");
        state.endUnblock();
      }
      case CANCEL -> print("cancels");
      case DOWNCONVERT -> {
        LockMode level = state.downconvertLevel();
        downconvert = state.beginDownconvert(level);
        print("converts down to " + level + ", generation " + downconvert);
      }
    }
  }

  private void returned(int generation) {
    state.callReturned(generation);
    if (generation == downconvert) {
      state.endUnblock();
    }
  }

  private String flags() {
    List<String> set = new ArrayList<>();
    Stream.of(LockFlagBit.values()).filter(state::has).forEach(flag -> set.add(flag.name()));
    return String.join(" ", set);
  }

  private void print(String line) {
    out.add(line.trim());
  }
}
