package org.lockstepfs.stack.votes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.votes.Beat.Entry;
import org.lockstepfs.stack.votes.Beat.State;

class BeatTest {
  private static Beat beat(Map<Integer, Entry> row, Map<Integer, Long> volumes) {
    return new Beat(7, 1_000, 6_500, -5, 77, true, false, true, row, volumes);
  }

  @Test
  void aBeatComesThroughAsItWas() throws IOException {
    Beat sent =
        beat(
            Map.of(3, new Entry(State.HEARD, 1L << 60, 9), 253, new Entry(State.GONE, -1, 0)),
            Map.of(-17, 5L, 4, -6L));
    assertThat(Beat.decode(sent.encode())).isEqualTo(sent);
  }

  @Test
  void theLargestClusterFitsIntoAMessage() throws IOException {
    Map<Integer, Entry> row = new TreeMap<>();
    for (int node = 0; node < ClusterNode.MAX_NODES; node++) {
      row.put(node, new Entry(State.SILENT, node, node));
    }
    Map<Integer, Long> volumes = new TreeMap<>();
    for (int key = 0; key < Beat.MAX_VOLUMES; key++) {
      volumes.put(key, 1L);
    }
    byte[] bytes = beat(row, volumes).encode();
    assertThat(bytes).hasSize(Beat.MAX_LENGTH).hasSizeLessThanOrEqualTo(4_072);
    assertThat(Beat.decode(bytes).row()).isEqualTo(row);
  }

  @Test
  void whatIsNoBeatIsRefused() {
    byte[] good = beat(Map.of(3, new Entry(State.HEARD, 1, 1)), Map.of(1, 1L)).encode();
    for (int length = 0; length < good.length; length++) {
      byte[] shorter = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> Beat.decode(shorter)).isInstanceOf(IOException.class);
    }
    byte[] longer = Arrays.copyOf(good, good.length + 1);
    assertThatThrownBy(() -> Beat.decode(longer)).hasMessageContaining("too many");
    byte[] other = good.clone();
    other[0] = 9;
    assertThatThrownBy(() -> Beat.decode(other)).hasMessageContaining("version 9");
    byte[] state = good.clone();
    state[25] = 3;
    assertThatThrownBy(() -> Beat.decode(state)).hasMessageContaining("state 3 of node 3");
  }
}
