package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * "Who masters this resource? I want to." Status: a {@link MasterResponse}.
 *
 * <p>Layout: struct dlm_master_request.
 *
 * @param node the sender
 * @param name the resource
 */
public record MasterRequest(int node, ResName name) implements Message {

  @Override
  public int type() {
    return MessageType.MASTER_REQUEST.id();
  }

  @Override
  public int length() {
    return 72;
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) node);
    out.put((byte) name.length());
    Wire.zeros(out, 6);
    Wire.name(out, name);
  }

  static MasterRequest read(Wire.Reader in) throws BadMessageException {
    in.need(72);
    int node = in.node();
    int nameLength = in.u8();
    in.skip(6);
    return new MasterRequest(node, in.name(nameLength, Wire.IVBUFLEN));
  }
}
