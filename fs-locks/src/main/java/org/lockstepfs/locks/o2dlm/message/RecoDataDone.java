package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The sender has sent all locks of a dead node. Status: 0.
 *
 * <p>Layout: struct dlm_reco_data_done.
 *
 * @param node the sender
 * @param deadNode whose locks are recovered
 */
public record RecoDataDone(int node, int deadNode) implements Message {

  @Override
  public int type() {
    return MessageType.RECO_DATA_DONE.id();
  }

  @Override
  public int length() {
    return 72;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndDead.encode(out, node, deadNode, length());
  }

  static RecoDataDone read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndDead.read(in, 72, RecoDataDone::new);
  }
}
