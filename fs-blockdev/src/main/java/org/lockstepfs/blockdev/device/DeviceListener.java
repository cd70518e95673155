package org.lockstepfs.blockdev.device;

/** Told of every completed device operation; called on the thread that did it, so be quick. */
public interface DeviceListener {
  /** Bytes were read, or the read failed ({@code failed}), after {@code nanos}. */
  void onRead(int bytes, long nanos, boolean failed);

  /** Bytes were written, or the write failed ({@code failed}), after {@code nanos}. */
  void onWrite(int bytes, long nanos, boolean failed);

  /** The device flushed, or failed to ({@code failed}), after {@code nanos}. */
  void onFlush(long nanos, boolean failed);
}
