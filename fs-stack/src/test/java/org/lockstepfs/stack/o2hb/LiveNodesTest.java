package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveNodesTest {
  private final LiveNodes nodes = new LiveNodes();
  private final List<String> events = new ArrayList<>();

  private HeartbeatListener listener(String name) {
    return new HeartbeatListener() {
      @Override
      public void nodeUp(int node, long generation) {
        events.add(name + " up " + node);
      }

      @Override
      public void nodeDown(int node) {
        events.add(name + " down " + node + (nodes.isLive(node) ? " live" : ""));
      }
    };
  }

  @Test
  void theFirstRegionBringsANodeUpAndTheLastTakesItDown() {
    nodes.add(listener("x"), 1);
    nodes.up("r1", 5, 1);
    nodes.up("r2", 5, 1);
    nodes.down("r1", 5);
    nodes.down("r1", 5);
    nodes.down("r3", 5);
    assertThat(events).containsExactly("x up 5");
    nodes.down("r2", 5);
    assertThat(events).containsExactly("x up 5", "x down 5");
  }

  @Test
  void listenersAreCalledByPriorityAndNotAfterRemoval() {
    HeartbeatListener dlm = listener("dlm");
    nodes.add(dlm, HeartbeatListener.PRIORITY_DLM);
    nodes.add(listener("net"), HeartbeatListener.PRIORITY_NET);
    nodes.up("r", 1, 1);
    nodes.remove(dlm);
    nodes.down("r", 1);
    assertThat(events).containsExactly("net up 1", "dlm up 1", "net down 1");
  }
}
