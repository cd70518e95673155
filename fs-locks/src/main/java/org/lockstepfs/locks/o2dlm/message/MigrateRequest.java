package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The new master announces that a resource moves to it. Status: bit MASTERY_REF, negative to
 * refuse.
 *
 * <p>Layout: struct dlm_migrate_request.
 *
 * @param master old master
 * @param newMaster new master, the sender
 * @param name the resource
 */
public record MigrateRequest(int master, int newMaster, ResName name) implements Message {
  /** Status: I was about to master it; remember my reference. */
  public static final int RESPONSE_MASTERY_REF = 0x1;

  @Override
  public int type() {
    return MessageType.MIGRATE_REQUEST.id();
  }

  @Override
  public int length() {
    return 72;
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) master);
    out.put((byte) newMaster);
    out.put((byte) name.length());
    Wire.zeros(out, 5);
    Wire.name(out, name);
  }

  static MigrateRequest read(Wire.Reader in) throws BadMessageException {
    in.need(72);
    int master = in.node();
    int newMaster = in.node();
    int nameLength = in.u8();
    in.skip(5);
    return new MigrateRequest(master, newMaster, in.name(nameLength, Wire.EINVAL));
  }
}
