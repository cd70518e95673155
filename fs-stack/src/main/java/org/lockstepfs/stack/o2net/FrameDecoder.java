package org.lockstepfs.stack.o2net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.List;

/**
 * Cuts the byte stream into one {@link Handshake} and then {@link Frame}s. A bad magic or length
 * ends the connection, as in the kernel; at most one message (4 KiB) and one read is buffered.
 */
final class FrameDecoder extends ByteToMessageDecoder {

  /** A complete message. */
  record Frame(MessageHeader header, byte[] payload) {}

  private static final byte[] NO_PAYLOAD = {};

  private boolean handshakeRead;
  private MessageHeader header;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!handshakeRead) {
      if (in.readableBytes() >= Handshake.BYTES) {
        handshakeRead = true;
        out.add(Handshake.read(in));
      }
      return;
    }
    if (header == null) {
      if (in.readableBytes() < MessageHeader.BYTES) {
        return;
      }
      header = checked(MessageHeader.read(in));
    }
    if (in.readableBytes() >= header.dataLength()) {
      byte[] payload = header.dataLength() == 0 ? NO_PAYLOAD : new byte[header.dataLength()];
      in.readBytes(payload);
      out.add(new Frame(header, payload));
      header = null;
    }
  }

  private static MessageHeader checked(MessageHeader header) {
    if (!header.knownMagic()) {
      throw new CorruptedFrameException("bad magic 0x" + Integer.toHexString(header.magic()));
    }
    if (header.dataLength() > MessageHeader.MAX_PAYLOAD) {
      throw new CorruptedFrameException("payload of " + header.dataLength() + " bytes");
    }
    return header;
  }
}
