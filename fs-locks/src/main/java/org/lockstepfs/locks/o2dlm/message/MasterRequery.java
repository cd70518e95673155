package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * "Who masters this resource?", asked after a death. Status: the master, or 255 for unknown.
 *
 * <p>Layout: struct dlm_master_requery.
 *
 * @param node the sender
 * @param name the resource
 */
public record MasterRequery(int node, ResName name) implements Message {

  @Override
  public int type() {
    return MessageType.MASTER_REQUERY.id();
  }

  @Override
  public int length() {
    return 72;
  }

  @Override
  public void encode(ByteBuffer out) {
    Wire.zeros(out, 2);
    out.put((byte) node);
    out.put((byte) name.length());
    Wire.zeros(out, 4);
    Wire.name(out, name);
  }

  static MasterRequery read(Wire.Reader in) throws BadMessageException {
    in.need(72);
    in.skip(2);
    int node = in.node();
    int nameLength = in.u8();
    in.skip(4);
    return new MasterRequery(node, in.name(nameLength, Wire.EINVAL));
  }
}
