package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class NodeMapTest {

  @Property(tries = 200)
  void holdsWhatASetHolds(
      @ForAll Set<@IntRange(max = 254) Integer> nodes, @ForAll @IntRange(max = 254) int from) {
    TreeSet<Integer> model = new TreeSet<>(nodes);
    NodeMap map = new NodeMap();
    nodes.forEach(map::add);
    assertThat(map.stream().boxed()).containsExactlyElementsOf(model);
    assertThat(map.size()).isEqualTo(model.size());
    Integer next = model.ceiling(from);
    assertThat(map.next(from)).isEqualTo(next == null ? NodeMap.MAX_NODES : next);
    NodeMap copy = map.copy();
    assertThat(copy).isEqualTo(map).hasSameHashCodeAs(map);
    copy.remove(from);
    model.remove(from);
    assertThat(copy.stream().boxed()).containsExactlyElementsOf(model);
    assertThat(map.contains(from)).isEqualTo(nodes.contains(from));
  }

  @Example
  void refusesWhatNoNodeCanBe() {
    assertThatThrownBy(() -> NodeMap.of(255)).isInstanceOf(IllegalArgumentException.class);
    assertThat(new NodeMap().contains(255)).isFalse();
    assertThat(new NodeMap().contains(-1)).isFalse();
  }
}
