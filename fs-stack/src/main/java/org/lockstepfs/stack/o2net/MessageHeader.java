package org.lockstepfs.stack.o2net;

import io.netty.buffer.ByteBuf;

/**
 * The header of every o2net message ({@code struct o2net_msg}), big-endian:
 *
 * <pre>
 *  0  u16 magic       8  u32 system status   16  u32 key
 *  2  u16 data length 12  s32 status          20  u32 message number
 *  4  u16 type        6  u16 padding
 * </pre>
 */
record MessageHeader(
    int magic, int dataLength, int type, int sysStatus, int status, int key, int messageNumber) {

  /** Length on the wire. */
  static final int BYTES = 24;

  /** Longest payload (O2NET_MAX_PAYLOAD_BYTES). */
  static final int MAX_PAYLOAD = 4096 - BYTES;

  static final int MAGIC_DATA = 0xfa55;
  static final int MAGIC_STATUS = 0xfa56;
  static final int MAGIC_KEEP_REQUEST = 0xfa57;
  static final int MAGIC_KEEP_RESPONSE = 0xfa58;

  static MessageHeader request(int dataLength, int type, int key, int messageNumber) {
    return new MessageHeader(MAGIC_DATA, dataLength, type, 0, 0, key, messageNumber);
  }

  static MessageHeader keepalive(int magic) {
    return new MessageHeader(magic, 0, 0, 0, 0, 0, 0);
  }

  /** Returns the answer to this request: type, key and number stay as they came. */
  MessageHeader answer(SendResult system, int handlerStatus) {
    return new MessageHeader(
        MAGIC_STATUS, 0, type, system.wire(), handlerStatus, key, messageNumber);
  }

  static MessageHeader read(ByteBuf in) {
    int magic = in.readUnsignedShort();
    int dataLength = in.readUnsignedShort();
    int type = in.readUnsignedShort();
    in.skipBytes(2);
    return new MessageHeader(
        magic, dataLength, type, in.readInt(), in.readInt(), in.readInt(), in.readInt());
  }

  void write(ByteBuf out) {
    out.writeShort(magic).writeShort(dataLength).writeShort(type).writeShort(0);
    out.writeInt(sysStatus).writeInt(status).writeInt(key).writeInt(messageNumber);
  }

  boolean knownMagic() {
    return magic >= MAGIC_DATA && magic <= MAGIC_KEEP_RESPONSE;
  }
}
