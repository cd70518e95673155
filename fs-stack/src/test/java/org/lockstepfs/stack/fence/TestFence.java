package org.lockstepfs.stack.fence;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** A fence that only remembers. */
public final class TestFence implements Fence {
  public final List<String> events = new CopyOnWriteArrayList<>();

  /** Returns a switch without threads that nobody hears of. */
  public static SelfFence unwatched(LongSupplier nanoClock) {
    return new SelfFence(new TestFence(), nanoClock);
  }

  @Override
  public void cutOff(String reason) {
    events.add("cut off: " + reason);
  }

  @Override
  public void halt() {
    events.add("halt");
  }
}
