package org.lockstepfs.stack.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.fsdlm.FsDlm;
import org.lockstepfs.locks.fsdlm.FsDlmConfig;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.node.LockDomains;

class DomainActionsTest {
  private final List<String> told = new ArrayList<>();
  private final DomainActions actions = actions();

  private DomainActions actions() {
    RecoveryHandler recovery =
        new RecoveryHandler() {
          @Override
          public void nodeDown(int node) {
            told.add("down " + node);
          }

          @Override
          public void nodeBack(int node) {
            told.add("back " + node);
          }
        };
    LockDomains.Setup setup =
        new LockDomains.Setup(
            "test", 11, null, null, null, null, null, null, null, null, null, null, m -> {},
            recovery);
    FsDlm engine = new FsDlm(new FsDlmConfig(1, 11, "test"));
    PeerLinks links =
        new PeerLinks(null, 0, 11, n -> OptionalLong.empty(), Runnable::run, (n, m) -> {});
    return new DomainActions(
        setup,
        null,
        0,
        engine,
        links,
        Runnable::run,
        new CompletableFuture<>(),
        new CompletableFuture<>());
  }

  @Test
  void theFirstSetWithoutTheDeadMayHaveItsNextLife() {
    actions.start(1, 0, Map.of(1, 11L, 2, 12L));
    actions.died(2, 12);
    actions.start(2, 0, Map.of(1, 11L, 2, 22L));
    actions.start(3, 0, Map.of(1, 11L, 2, 22L));
    assertThat(told).containsExactly("down 2", "back 2");
  }

  @Test
  void aSetOfBeforeTheDeathBringsNobodyBack() {
    actions.died(2, 12);
    actions.start(1, 0, Map.of(1, 11L, 2, 12L));
    assertThat(told).containsExactly("down 2");
    actions.start(2, 0, Map.of(1, 11L));
    actions.start(3, 0, Map.of(1, 11L, 2, 22L));
    assertThat(told).containsExactly("down 2", "back 2");
  }
}
