package org.lockstepfs.stack.user.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which minor version of the locking protocol a lockspace runs: the newest that all of those can
 * who begin it. It stays as long as the lockspace does; whoever joins later runs it as well, or
 * stays out if it is too new for it.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stack_user.c, fs_protocol_compare and version_control.
 */
final class RunningMinor {
  private static final int NONE = -1;

  private final int newest;
  private final Map<Integer, Integer> offers = new HashMap<>();
  private int running = NONE;

  /** Makes what a node knows whose file system can run versions up to {@code newest}. */
  RunningMinor(int newest) {
    this.newest = newest;
  }

  /** Returns whether a node that can run versions up to {@code offer} may join. */
  boolean suits(int offer) {
    return running == NONE || offer >= running;
  }

  /** Notes what a participant can run, or runs. */
  void offered(int node, int offer) {
    offers.put(node, offer);
  }

  /** Returns what this node runs, or could. */
  int offer() {
    return running == NONE ? newest : running;
  }

  /** Returns what the participants, this node among them, should run. */
  int proposal(Set<Integer> participants) {
    return participants.stream()
        .filter(offers::containsKey)
        .mapToInt(offers::get)
        .reduce(offer(), Math::min);
  }

  /** Returns whether this node can run what is proposed, and runs nothing else. */
  boolean consents(int proposal) {
    return proposal >= 0 && (running == NONE ? proposal <= newest : proposal == running);
  }

  /** It is agreed. */
  void run(int minor) {
    running = minor;
  }
}
