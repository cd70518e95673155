package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * "I no longer have this resource." Status: 0 done, 1 in progress, negative: no such reference.
 *
 * <p>Layout: struct dlm_deref_lockres.
 *
 * @param node the sender
 * @param name the resource
 */
public record DerefLockres(int node, ResName name) implements Message {
  /** Status: the reference is dropped. */
  public static final int RESPONSE_DONE = 0;

  /** Status: it will be dropped; a {@link DerefLockresDone} follows. */
  public static final int RESPONSE_INPROG = 1;

  @Override
  public int type() {
    return MessageType.DEREF_LOCKRES.id();
  }

  @Override
  public int length() {
    return Layouts.NodeAndResource.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndResource.encode(out, node, name);
  }

  static DerefLockres read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndResource.read(in, DerefLockres::new);
  }
}
