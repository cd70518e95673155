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
    return Layouts.NodeOnly.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeOnly.encode(out, node);
  }

  static BeginExitDomain read(Wire.Reader in) throws BadMessageException {
    return new BeginExitDomain(Layouts.NodeOnly.read(in));
  }
}
