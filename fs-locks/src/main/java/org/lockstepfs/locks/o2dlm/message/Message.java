package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * Payload of one o2dlm message. Layouts are those of the kernel's packed structures, big-endian.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h.
 */
public interface Message {
  /** o2net key of the messages of joining, which belong to no domain yet (DLM_MOD_KEY). */
  int MODULE_KEY = 0x666c6172;

  /** Longest payload: o2net's 4096 bytes less its own header of 24. */
  int MAX_LENGTH = 4072;

  /** Returns the o2net message type, 500 to 522. */
  int type();

  /** Returns the length of the encoded payload in bytes. */
  int length();

  /** Appends the payload; exactly {@link #length()} bytes, whatever the buffer's byte order. */
  void encode(ByteBuffer out);

  /** Returns the o2net key to send it under. */
  default int key(int domainKey) {
    return MessageType.of(type()).joining() ? MODULE_KEY : domainKey;
  }
}
