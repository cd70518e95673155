package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    nodes.down("r1", 5, false);
    nodes.down("r1", 5, false);
    nodes.down("r3", 5, false);
    assertThat(events).containsExactly("x up 5");
    nodes.down("r2", 5, false);
    assertThat(events).containsExactly("x up 5", "x down 5");
  }

  @Test
  void listenersAreCalledByPriorityAndNotAfterRemoval() {
    HeartbeatListener dlm = listener("dlm");
    nodes.add(dlm, HeartbeatListener.PRIORITY_DLM);
    nodes.add(listener("net"), HeartbeatListener.PRIORITY_NET);
    nodes.up("r", 1, 1);
    nodes.remove(dlm);
    nodes.down("r", 1, false);
    assertThat(events).containsExactly("net up 1", "dlm up 1", "net down 1");
  }

  @Test
  void whoTakesOverWaitsUntilASilentNodeIsFenced() {
    CompletableFuture<Void> fenced = new CompletableFuture<>();
    LiveNodes guarded = new LiveNodes(node -> fenced);
    guarded.add(listener("dlm"), HeartbeatListener.PRIORITY_DLM);
    guarded.add(listener("net"), HeartbeatListener.PRIORITY_NET);
    guarded.up("r", 1, 1);
    events.clear();
    guarded.down("r", 1, true);
    guarded.up("r", 1, 2);
    assertThat(events).containsExactly("net down 1", "net up 1");
    assertThat(guarded.allFenced()).isNotDone();
    fenced.complete(null);
    assertThat(events).containsExactly("net down 1", "net up 1", "dlm down 1", "dlm up 1");
    assertThat(guarded.allFenced()).isDone();
  }

  @Test
  void aNodeThatLeftNeedsNoFence() {
    LiveNodes guarded = new LiveNodes(node -> new CompletableFuture<>());
    guarded.add(listener("dlm"), HeartbeatListener.PRIORITY_DLM);
    guarded.up("r", 1, 1);
    guarded.down("r", 1, false);
    assertThat(events).containsExactly("dlm up 1", "dlm down 1");
  }

  @Test
  void silenceInOneRegionIsEnoughForAFence() {
    CompletableFuture<Void> fenced = new CompletableFuture<>();
    LiveNodes guarded = new LiveNodes(node -> fenced);
    guarded.add(listener("dlm"), HeartbeatListener.PRIORITY_DLM);
    guarded.up("r1", 1, 1);
    guarded.up("r2", 1, 1);
    guarded.down("r1", 1, true);
    guarded.down("r2", 1, false);
    assertThat(events).containsExactly("dlm up 1");
    fenced.complete(null);
    assertThat(events).containsExactly("dlm up 1", "dlm down 1");
  }
}
