package org.lockstepfs.locks.fsdlm;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The lives of nodes that make up the lockspace, and since when each belongs to it.
 *
 * <p>Source: Linux fs/dlm/member.c, dlm_recover_members.
 */
final class Members {
  private record Life(long incarnation, long sinceSeq) {}

  private final TreeMap<Integer, Life> lives = new TreeMap<>();
  private int[] sorted = {};

  /**
   * Takes the new set.
   *
   * @return the nodes that left, also those that are back in another life
   */
  Set<Integer> change(long seq, Collection<Member> next) {
    Map<Integer, Life> before = Map.copyOf(lives);
    lives.clear();
    for (Member member : next) {
      Life old = before.get(member.node());
      boolean stays = old != null && old.incarnation == member.incarnation();
      lives.put(member.node(), stays ? old : new Life(member.incarnation(), seq));
    }
    Set<Integer> gone = new TreeSet<>();
    for (Map.Entry<Integer, Life> old : before.entrySet()) {
      if (!old.getValue().equals(lives.get(old.getKey()))) {
        gone.add(old.getKey());
      }
    }
    sorted = lives.keySet().stream().mapToInt(Integer::intValue).toArray();
    return gone;
  }

  boolean contains(int node) {
    return lives.containsKey(node);
  }

  /** Returns whether a message was sent by the present life of its sender, to one in its set. */
  boolean knowsSender(int node, long seq) {
    Life life = lives.get(node);
    return life != null && seq >= life.sinceSeq;
  }

  /** Returns the node numbers, ascending; not to be changed. */
  int[] nodes() {
    return sorted;
  }

  int lowest() {
    return sorted[0];
  }
}
