package org.lockstepfs.stack.o2hb;

/**
 * Hears of nodes that come and go. Called on a heartbeat thread, one event at a time, listeners in
 * the order of their priority; must not block, or the heart stops.
 */
public interface HeartbeatListener {

  /** Priority of the transport: links are made and broken before anybody hears why. */
  int PRIORITY_NET = 0x1;

  /** Priority of lock domains on node up (DLM_HB_NODE_UP_PRI). */
  int PRIORITY_DLM = 0xf000000;

  /**
   * A node is live in its first region.
   *
   * @param generation the generation of its heartbeat, which tells its incarnations apart
   */
  void nodeUp(int node, long generation);

  /**
   * A node is dead in, or has left, the last region in which it was live. Listeners behind {@link
   * #PRIORITY_NET} hear of one that fell silent when it is fenced, and of its return only then.
   */
  void nodeDown(int node);
}
