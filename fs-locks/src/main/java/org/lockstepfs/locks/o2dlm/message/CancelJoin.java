package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The joiner gave up. Status: 0.
 *
 * <p>Layout: struct dlm_cancel_join.
 *
 * @param node the joiner
 * @param domain name of the domain, at most 64 bytes
 */
public record CancelJoin(int node, String domain) implements Message {

  @Override
  public int type() {
    return MessageType.CANCEL_JOIN.id();
  }

  @Override
  public int length() {
    return Layouts.NodeAndDomain.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndDomain.encode(out, node, domain);
  }

  static CancelJoin read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndDomain.read(in, CancelJoin::new);
  }
}
