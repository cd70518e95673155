package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The master has dropped the reference that it said to be in progress. Status: 0.
 *
 * <p>Layout: struct dlm_deref_lockres_done.
 *
 * @param node the sender
 * @param name the resource
 */
public record DerefLockresDone(int node, ResName name) implements Message {

  @Override
  public int type() {
    return MessageType.DEREF_LOCKRES_DONE.id();
  }

  @Override
  public int length() {
    return Layouts.NodeAndResource.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndResource.encode(out, node, name);
  }

  static DerefLockresDone read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndResource.read(in, DerefLockresDone::new);
  }
}
