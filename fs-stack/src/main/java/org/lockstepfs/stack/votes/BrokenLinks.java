package org.lockstepfs.stack.votes;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who loses when nodes that others hear do not hear each other: of those with the most broken links
 * the one with the highest number, again and again until no broken link is left. All nodes that
 * hear the same nodes come to the same losers.
 */
final class BrokenLinks {

  private record Link(int low, int high) {}

  private final Map<Link, Long> since = new HashMap<>();
  private final Set<Link> seen = new TreeSet<>(BrokenLinks::compare);

  private static int compare(Link a, Link b) {
    return a.low != b.low ? Integer.compare(a.low, b.low) : Integer.compare(a.high, b.high);
  }

  /** Begins a look at all links. */
  void look() {
    seen.clear();
  }

  /** In this look two nodes do not both hear each other. */
  void broken(int a, int b) {
    seen.add(new Link(Math.min(a, b), Math.max(a, b)));
  }

  /**
   * Ends the look.
   *
   * @param patienceNanos for how long a link must have been seen broken, in all looks
   * @return the losers
   */
  Set<Integer> losers(long nowNanos, long patienceNanos) {
    since.keySet().retainAll(seen);
    Set<Link> left = new TreeSet<>(BrokenLinks::compare);
    for (Link link : seen) {
      if (nowNanos - since.computeIfAbsent(link, l -> nowNanos) >= patienceNanos) {
        left.add(link);
      }
    }
    Set<Integer> losers = new TreeSet<>();
    while (!left.isEmpty()) {
      int loser = worst(left);
      losers.add(loser);
      left.removeIf(link -> link.low == loser || link.high == loser);
    }
    return losers;
  }

  private static int worst(Set<Link> links) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (Link link : links) {
      counts.merge(link.low, 1, Integer::sum);
      counts.merge(link.high, 1, Integer::sum);
    }
    int worst = -1;
    for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
      if (worst < 0 || entry.getValue() >= counts.get(worst)) {
        worst = entry.getKey();
      }
    }
    return worst;
  }
}
