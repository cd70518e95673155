package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * A recovery ends. Status: 0.
 *
 * <p>Layout: struct dlm_finalize_reco.
 *
 * @param node the sender
 * @param deadNode whose locks are recovered
 * @param stageTwo false: owners change; true: recovery is over
 */
public record FinalizeReco(int node, int deadNode, boolean stageTwo) implements Message {

  @Override
  public int type() {
    return MessageType.FINALIZE_RECO.id();
  }

  @Override
  public int length() {
    return 8;
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) node);
    out.put((byte) deadNode);
    out.put((byte) (stageTwo ? 1 : 0));
    Wire.zeros(out, 5);
  }

  static FinalizeReco read(Wire.Reader in) throws BadMessageException {
    in.need(8);
    return new FinalizeReco(in.node(), in.node(), (in.u8() & 1) != 0);
  }
}
