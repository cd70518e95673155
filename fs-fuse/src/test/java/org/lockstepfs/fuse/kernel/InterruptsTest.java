package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptsTest {
  private final List<Long> handedBack = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();
  private final Interrupts interrupts = new Interrupts(2, handedBack::add);

  @Test
  void anInterruptRunsTheActionOnce() {
    interrupts.register(4, () -> ran.add("4"));
    interrupts.arrived(4);
    interrupts.arrived(4);
    assertThat(ran).containsExactly("4");
  }

  @Test
  void anInterruptMayOvertakeItsRequest() {
    interrupts.arrived(4);
    interrupts.register(4, () -> ran.add("4"));
    assertThat(ran).containsExactly("4");
  }

  @Test
  void anAnsweredRequestIsForgotten() {
    interrupts.register(4, () -> ran.add("4"));
    interrupts.finished(4, true);
    interrupts.arrived(4);
    interrupts.finished(4, false);
    interrupts.register(4, () -> ran.add("4 again"));
    assertThat(ran).isEmpty();
  }

  @Test
  void theOldestOfTooManyGoesBackToTheKernel() {
    interrupts.arrived(4);
    interrupts.arrived(6);
    interrupts.arrived(8);
    assertThat(handedBack).containsExactly(4L);
    interrupts.register(8, () -> ran.add("8"));
    assertThat(ran).containsExactly("8");
  }

  @Test
  void theEndInterruptsAllThatWaitAndAllThatCome() {
    interrupts.register(4, () -> ran.add("4"));
    interrupts.endAll();
    interrupts.register(6, () -> ran.add("6"));
    assertThat(ran).containsExactly("4", "6");
  }
}
