package org.lockstepfs.fuse.sim;

import org.lockstepfs.stack.votes.VotesTiming;

/** A fault put into votes and fencing on purpose, to see that the checks notice it. */
interface VotesMutation {
  /** No fault. */
  VotesMutation NONE = new VotesMutation() {};

  /** Returns how many votes a node believes that there are. */
  default int expectedVotes(int expected) {
    return expected;
  }

  /** Returns what a node believes to follow from absent beats. */
  default VotesTiming timing(VotesTiming timing) {
    return timing;
  }

  /** Returns for how long a life believes to have lived when it begins. */
  default long ageMs() {
    return 0;
  }

  /** Returns the beat that arrives instead. */
  default byte[] arrives(Life at, int from, VotesLinks.Packet beat) {
    return beat.payload();
  }

  /** Returns whether the host of a life refuses connections to its port, because it has ended. */
  default boolean refuses(Life asking, Life asked) {
    return asked.isOver() && !asked.hostIsDead && !asking.isCutFrom(asked);
  }

  /** Whether those who take over what a silent node had wait until it is fenced. */
  default boolean awaitsFencing() {
    return true;
  }
}
