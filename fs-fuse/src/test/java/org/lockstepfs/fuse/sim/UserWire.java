package org.lockstepfs.fuse.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.locks.fsdlm.message.BadMessageException;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.MessageCodec;
import org.lockstepfs.locks.fsdlm.message.Status;
import org.lockstepfs.stack.o2net.SendListener;
import org.lockstepfs.stack.o2net.SendResult;
import org.lockstepfs.stack.user.SteppedUserDomain;
import org.lockstepfs.stack.user.control.ControlMessage;
import org.lockstepfs.stack.user.control.ControlMessage.Hello;
import org.lockstepfs.stack.user.control.ControlMessage.Stopped;
import org.lockstepfs.stack.user.control.ViewAgreement;

/** The bytes between domains of the user stack: reads them for the trace and for broken rules. */
final class UserWire {
  private static final int HEADER_LENGTH = SteppedUserDomain.HEADER;

  /** One of a set that never comes has no effect. */
  private static final Envelope LOST = new Envelope(Long.MAX_VALUE, new Status());

  private final UserLockDomain at;
  private final UserMutation mutation;

  UserWire(UserLockDomain at, UserMutation mutation) {
    this.at = at;
    this.mutation = mutation;
  }

  /** A request's type and payload. */
  record Packet(int type, byte[] payload) {
    @Override
    public String toString() {
      return type == SteppedUserDomain.LOCK_TYPE
          ? frame(payload) + " " + envelope(payload)
          : String.valueOf(control(payload));
    }
  }

  private static ControlMessage control(byte[] payload) {
    try {
      return ControlMessage.decode(payload);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static UserMutation.Frame frame(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload);
    return new UserMutation.Frame(in.getLong(), in.getLong(), in.getLong());
  }

  private static Envelope envelope(byte[] payload) {
    try {
      return MessageCodec.decode(
          ByteBuffer.wrap(payload, HEADER_LENGTH, payload.length - HEADER_LENGTH));
    } catch (BadMessageException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns whether a death at the moment of sending is likely to do harm. */
  static boolean isRisky(int type, byte[] payload) {
    if (type == SteppedUserDomain.LOCK_TYPE) {
      return envelope(payload).message().type().isRecovery();
    }
    ControlMessage message = control(payload);
    return !(message instanceof Hello || message instanceof Stopped);
  }

  /** Returns what arrives instead of the payload; null for nothing. */
  byte[] arrives(Packet packet) {
    if (mutation == UserMutation.NONE) {
      return packet.payload;
    } else if (packet.type != SteppedUserDomain.LOCK_TYPE) {
      ControlMessage message = mutation.arrives(at, control(packet.payload));
      return message == null ? null : ControlMessage.encode(message);
    }
    Envelope envelope = mutation.arrives(at, envelope(packet.payload));
    UserMutation.Frame frame = mutation.frame(at, frame(packet.payload));
    byte[] message = MessageCodec.encode(envelope == null ? LOST : envelope);
    return ByteBuffer.allocate(HEADER_LENGTH + message.length)
        .putLong(frame.from())
        .putLong(frame.to())
        .putLong(frame.number())
        .put(message)
        .array();
  }

  SendListener listener(int type, byte[] payload, SendListener listener) {
    if (mutation == UserMutation.NONE) {
      return listener;
    }
    return (result, status) -> {
      int outcome = result == SendResult.DELIVERED ? status : ViewAgreement.UNREACHABLE;
      int heard =
          type == SteppedUserDomain.LOCK_TYPE
              ? mutation.confirmed(outcome)
              : mutation.heard(control(payload), outcome);
      listener.done(heard == outcome ? result : SendResult.DELIVERED, heard);
    };
  }

  boolean lvbValid(boolean valid) {
    return mutation.lvbValid(valid);
  }
}
