package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The recovery master asks for all locks of a dead node. Status: 0.
 *
 * <p>Layout: struct dlm_lock_request.
 *
 * @param node the sender
 * @param deadNode whose locks are recovered
 */
public record LockRequest(int node, int deadNode) implements Message {

  @Override
  public int type() {
    return MessageType.LOCK_REQUEST.id();
  }

  @Override
  public int length() {
    return 8;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndDead.encode(out, node, deadNode, length());
  }

  static LockRequest read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndDead.read(in, 8, LockRequest::new);
  }
}
