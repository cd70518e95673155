package org.lockstepfs.stack.votes;

import java.util.List;

/**
 * Who votes.
 *
 * @param self this node's number
 * @param others the other configured nodes
 * @param expectedVotes equal on all nodes
 * @param timing equal on all nodes
 */
public record VotesConfig(int self, List<Integer> others, int expectedVotes, VotesTiming timing) {
  /** Copies the list. */
  public VotesConfig {
    others = List.copyOf(others);
  }

  /** Returns how many votes are more than half. */
  public int majority() {
    return expectedVotes / 2 + 1;
  }
}
