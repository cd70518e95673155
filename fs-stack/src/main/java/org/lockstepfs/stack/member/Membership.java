package org.lockstepfs.stack.member;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** A source of members. Thread-safe. */
public interface Membership extends Closeable {

  /**
   * Joins the other nodes.
   *
   * @throws IOException with a one-line reason if this node does not fit the members that are there
   *     already, or if the source cannot start
   */
  void start() throws IOException;

  /** Returns the members, this node included, by ascending number. */
  List<Member> members();

  /** Adds a listener for changes from now on. */
  void addListener(MembershipListener listener);

  /** Leaves gracefully: the others see it at once. */
  @Override
  void close();
}
