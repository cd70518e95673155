package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The sender begins to leave: migrate nothing to it. Status: 0.
 *
 * <p>Layout: struct dlm_exit_domain.
 *
 * @param node the sender
 */
public record BeginExitDomain(int node) implements Message {

  @Override
  public int type() {
    return MessageType.BEGIN_EXIT_DOMAIN.id();
  }

  @Override
  public int length() {
    return 4;
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) node);
    Wire.zeros(out, 3);
  }

  static BeginExitDomain read(Wire.Reader in) throws BadMessageException {
    in.need(4);
    return new BeginExitDomain(in.node());
  }
}
