package org.lockstepfs.stack.sim;

import java.util.Map;

/** How a simulated node shows that it lives, and knows of others that they do. */
public interface Heart {

  /** Begins. */
  void start();

  /** Returns its life as others tell it from earlier ones. */
  long life();

  /** Returns whether this node and the others know of each other. */
  boolean isSteady();

  /** Returns whether it will never come to that. */
  boolean hasFailed();

  /** Returns whether it tells the others that it goes. */
  boolean isLeaving();

  /** Looks at the time; called every so often. */
  void poll();

  /** Returns the life of a live node on the volume; 0 if it has none. */
  long generationOf(int node);

  /** Returns the lives of nodes that have fallen silent without having left. */
  Map<Integer, Long> silentGenerations();

  /** Leaves; what follows comes when the others have been told, or cannot be. */
  void leave(Runnable then);

  /** Returns whether a link to a node shall be made, or taken. */
  boolean wantsLink(int node);

  /** Returns whether that life is the one that a link may be made to. */
  boolean accepts(SimNode other);

  /** A link was made, or one that was silent carried something again. */
  void linkUp(SimNode other);

  /** A link is lost, or silent. */
  void linkDown(int node);

  /** A node counts as live. */
  void nodeUp(int node);

  /** A node does not count as live any more. */
  void nodeDown(int node);
}
