package org.lockstepfs.stack.o2net;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Message handlers by type and key; handlers come and go with the domains of mounted volumes. */
final class HandlerTable {

  record Entry(int maxLength, MessageHandler handler) {}

  private final Map<Long, Entry> entries = new ConcurrentHashMap<>();

  /**
   * Adds a handler.
   *
   * @throws IllegalArgumentException if type or length is out of range
   * @throws IllegalStateException if type and key are taken
   */
  void add(int type, int key, int maxLength, MessageHandler handler) {
    if (type <= 0 || type > 0xffff || maxLength < 0 || maxLength > MessageHeader.MAX_PAYLOAD) {
      throw new IllegalArgumentException("handler for type " + type + ", length " + maxLength);
    }
    if (entries.putIfAbsent(index(type, key), new Entry(maxLength, handler)) != null) {
      throw new IllegalStateException(
          "type " + type + " key " + Integer.toHexString(key) + " already has a handler");
    }
  }

  void remove(int type, int key) {
    entries.remove(index(type, key));
  }

  /** Returns the entry, or null. */
  Entry find(int type, int key) {
    return entries.get(index(type, key));
  }

  private static long index(int type, int key) {
    return ((long) type << 32) | (key & 0xffffffffL);
  }
}
