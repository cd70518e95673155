package org.lockstepfs.blockdev.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Nanoseconds since the machine booted, {@code CLOCK_BOOTTIME} of clock_gettime(2): never set, and
 * unlike {@link System#nanoTime} it goes on while the machine is suspended. Thread-safe.
 */
public final class BootClock implements LongSupplier {
  private static final int CLOCK_BOOTTIME = 7;
  private static final int TIMESPEC_BYTES = 16;

  /** One struct timespec per thread, with its address. */
  private record Timespec(ByteBuffer buffer, long address) {
    static Timespec make() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(TIMESPEC_BYTES).order(ByteOrder.nativeOrder());
      return new Timespec(buffer, NativeBuffers.address(buffer));
    }
  }

  private final ThreadLocal<Timespec> timespecs = ThreadLocal.withInitial(Timespec::make);

  @Override
  public long getAsLong() {
    Timespec now = timespecs.get();
    if (Native.libc().clock_gettime(CLOCK_BOOTTIME, now.address()) < 0) {
      throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME): " + Native.errno());
    }
    return TimeUnit.SECONDS.toNanos(now.buffer().getLong(0)) + now.buffer().getLong(Long.BYTES);
  }
}
