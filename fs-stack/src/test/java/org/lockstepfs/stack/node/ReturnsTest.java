package org.lockstepfs.stack.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.glue.RecoveryHandler;

class ReturnsTest {
  private final List<String> told = new ArrayList<>();
  private final Returns returns =
      new Returns(
          new RecoveryHandler() {
            @Override
            public void nodeDown(int node) {
              told.add("down " + node);
            }

            @Override
            public void nodeBack(int node) {
              told.add("back " + node);
            }
          });

  @Test
  void oneWhoDiedAndIsListedAnewIsBack() {
    returns.members(List.of(1, 2, 3));
    returns.nodeDown(3);
    returns.members(List.of(1, 2));
    assertThat(told).containsExactly("down 3");
    returns.members(List.of(1, 2, 3));
    returns.members(List.of(1, 2, 3));
    assertThat(told).containsExactly("down 3", "back 3");
  }

  @Test
  void aListThatStillNamesTheDeadSaysNothing() {
    returns.nodeDown(3);
    returns.members(List.of(1, 2, 3));
    assertThat(told).containsExactly("down 3");
    returns.members(List.of(1, 2));
    returns.members(List.of(1, 3));
    assertThat(told).containsExactly("down 3", "back 3");
  }

  @Test
  void oneWhoDiesAgainIsNotBackUntilItHasBeenMissingAgain() {
    returns.nodeDown(3);
    returns.members(List.of(1));
    returns.nodeDown(3);
    returns.members(List.of(1, 3));
    assertThat(told).containsExactly("down 3", "down 3");
  }

  @Test
  void whatTheDomainSaysItselfIsSaidOnce() {
    returns.nodeDown(3);
    returns.nodeBack(3);
    returns.members(List.of(1));
    returns.members(List.of(1, 3));
    assertThat(told).containsExactly("down 3", "back 3");
  }
}
