package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.QueuedLock;

/**
 * One lock: the handle of a caller on this node or, on the master, the record of another node's.
 *
 * <p>Callers read it and pass it back; only the engine changes it.
 */
public final class DlmLock extends QueuedLock<DlmLock> {
  final int node;
  final long cookie;
  private final Object attachment;

  /** Caller's value block, or for another node's lock a lazily made one. */
  byte[] lvb;

  DlmLock(LockMode mode, int node, long cookie, byte[] lvb, Object attachment) {
    super(mode);
    this.node = node;
    this.cookie = cookie;
    this.lvb = lvb;
    this.attachment = attachment;
  }

  /** Returns the identity of the lock in its domain: node number in the top byte, then a count. */
  public long cookie() {
    return cookie;
  }

  /** Returns the node that holds the lock. */
  public int node() {
    return node;
  }

  /** Returns what the caller attached; null for other nodes' locks. */
  public Object attachment() {
    return attachment;
  }
}
