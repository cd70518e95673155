package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OpenNodesTest {
  private final OpenNodes opens = new OpenNodes();

  /** Fault: a file system that gives all directories the same number has them mixed up. */
  @Test
  void everyOpenHasANumberOfItsOwn() throws Exception {
    long first = opens.opened(7, 0);
    long second = opens.opened(8, 0);
    assertThat(first).isNotZero().isNotEqualTo(second);
    assertThat(opens.get(first)).isEqualTo(new OpenNodes.Open(7, 0));
    assertThat(opens.get(second).nodeId()).isEqualTo(8);
  }

  @Test
  void aClosedNumberIsNeverGivenAgain() throws Exception {
    long number = opens.opened(7, 3);
    assertThat(opens.closed(number).fh()).isEqualTo(3);
    assertThat(opens.size()).isZero();
    assertThatThrownBy(() -> opens.get(number)).hasMessageContaining("EBADF");
    assertThatThrownBy(() -> opens.closed(number)).hasMessageContaining("EBADF");
    assertThat(opens.opened(7, 3)).isNotEqualTo(number);
  }
}
