package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * "I master this resource." Status: bits REASSERT and MASTERY_REF, negative to refuse.
 *
 * <p>Layout: struct dlm_assert_master.
 *
 * @param node the master
 * @param name the resource
 * @param flags MLE_CLEANUP, REQUERY, FINISH_MIGRATION
 */
public record AssertMaster(int node, ResName name, int flags) implements Message {
  /** The assert removes what asking nodes left behind elsewhere. */
  public static final int MLE_CLEANUP = 0x1;

  /** The assert answers a {@link MasterRequery}. */
  public static final int REQUERY = 0x2;

  /** The assert ends a migration. */
  public static final int FINISH_MIGRATION = 0x4;

  /** Status bit: I had asked other nodes; assert once more to all. */
  public static final int RESPONSE_REASSERT = 0x1;

  /** Status bit: I have this resource; remember my reference. */
  public static final int RESPONSE_MASTERY_REF = 0x2;

  @Override
  public int type() {
    return MessageType.ASSERT_MASTER.id();
  }

  @Override
  public int length() {
    return 72;
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) node);
    out.put((byte) name.length());
    Wire.zeros(out, 2);
    Wire.be32(out, flags);
    Wire.name(out, name);
  }

  static AssertMaster read(Wire.Reader in) throws BadMessageException {
    in.need(72);
    int node = in.node();
    int nameLength = in.u8();
    in.skip(2);
    int flags = in.i32();
    return new AssertMaster(node, in.name(nameLength, 0), flags);
  }
}
