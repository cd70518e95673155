package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The sender recovers a dead node. Status: 0, or -EAGAIN while another recovery ends.
 *
 * <p>Layout: struct dlm_begin_reco.
 *
 * @param node the sender
 * @param deadNode whose locks are recovered
 */
public record BeginReco(int node, int deadNode) implements Message {

  @Override
  public int type() {
    return MessageType.BEGIN_RECO.id();
  }

  @Override
  public int length() {
    return 8;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndDead.encode(out, node, deadNode, length());
  }

  static BeginReco read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndDead.read(in, 8, BeginReco::new);
  }
}
