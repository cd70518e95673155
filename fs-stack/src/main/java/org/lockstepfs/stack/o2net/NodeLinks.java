package org.lockstepfs.stack.o2net;

import java.util.BitSet;
import java.util.function.Consumer;

/** The transport, and the links to other nodes that it goes over. Thread-safe. */
public interface NodeLinks extends Transport {

  /** Adds a listener for links, called from now on. */
  void addLinkListener(LinkListener listener);

  /** Removes a listener. */
  void removeLinkListener(LinkListener listener);

  /** Returns the nodes to which a link is up; never this node. */
  BitSet connectedNodes();

  /** Heartbeat sees this node: a link to it is wanted. */
  void nodeUp(int node);

  /**
   * A link to this node is wanted though it is not known to live: for heartbeats that go over
   * links. One that broke, or was refused, is tried again.
   */
  void reopen(int node);

  /** Heartbeat has lost this node: its link is closed and none accepted until it is back. */
  void nodeDown(int node);

  /**
   * Tries whether anybody listens where a node should, with a connection that is closed at once.
   *
   * @param refused told, on the event loop thread, whether the node's host said that nobody does;
   *     no answer and any other trouble count as false
   */
  void probe(int node, Consumer<Boolean> refused);
}
