package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The sender has left. Status: 0.
 *
 * <p>Layout: struct dlm_exit_domain.
 *
 * @param node the sender
 */
public record ExitDomain(int node) implements Message {

  @Override
  public int type() {
    return MessageType.EXIT_DOMAIN.id();
  }

  @Override
  public int length() {
    return Layouts.NodeOnly.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeOnly.encode(out, node);
  }

  static ExitDomain read(Wire.Reader in) throws BadMessageException {
    return new ExitDomain(Layouts.NodeOnly.read(in));
  }
}
