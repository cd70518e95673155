package org.lockstepfs.stack.user.control;

import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/** What {@link ViewAgreement} wants done, at once. */
public interface ViewActions {

  /**
   * Sends a message.
   *
   * @param answered told later, in the same actor, what the other node's handler returned, or
   *     {@link ViewAgreement#UNREACHABLE} or {@link ViewAgreement#ABSENT}
   */
  void send(int to, ControlMessage message, IntConsumer answered);

  /** Stop locking. */
  void stop();

  /**
   * Start locking with a set.
   *
   * @param minor of the locking protocol that its members run
   * @param members lives by node number, this node's included
   */
  void start(long seq, int minor, Map<Integer, Long> members);

  /** A participant's life ended by death; called before any set without it can start anywhere. */
  void died(int node, long life);

  /** This node is not let in, for a reason in one line. */
  void refused(String reason);

  /** All know that this node has left. */
  void left();

  /** Returns the life of a node whose heartbeat is seen on the volume. */
  OptionalLong incarnationOf(int node);
}
