package org.lockstepfs.locks.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.lockstepfs.locks.mode.LockMode;

/** The linked queues against plain lists, and the grant rules against their definition. */
class LockQueueTest {
  private static final class TestLock extends QueuedLock<TestLock> {
    TestLock(LockMode mode) {
      super(mode);
    }
  }

  @Property(tries = 300)
  void movesAsListsDo(@ForAll @Size(max = 60) List<@IntRange(max = 99) Integer> moves) {
    List<LockQueue<TestLock>> queues = List.of(new LockQueue<>(), new LockQueue<>());
    List<List<TestLock>> model = List.of(new ArrayList<>(), new ArrayList<>());
    List<TestLock> locks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      locks.add(new TestLock(LockMode.NL));
    }
    for (int move : moves) {
      TestLock lock = locks.get(move % 5);
      int target = move / 5 % 3;
      model.forEach(list -> list.remove(lock));
      if (target == 2) {
        LockQueue.detach(lock);
      } else if (move >= 50) {
        queues.get(target).moveToHead(lock);
        model.get(target).add(0, lock);
      } else {
        queues.get(target).moveToTail(lock);
        model.get(target).add(lock);
      }
      for (int q = 0; q < 2; q++) {
        assertThat(queues.get(q)).containsExactlyElementsOf(model.get(q));
        assertThat(queues.get(q).size()).isEqualTo(model.get(q).size());
        assertThat(queues.get(q).isEmpty()).isEqualTo(model.get(q).isEmpty());
      }
      assertThat(lock.isQueued()).isEqualTo(target < 2);
    }
  }

  @Property(tries = 300)
  void grantsBesideWhatIsHeldAndWhatIsConverting(
      @ForAll @Size(max = 3) List<LockMode> granted,
      @ForAll @Size(max = 3) List<LockMode> converting,
      @ForAll LockMode convertTo,
      @ForAll LockMode wanted) {
    LockQueue<TestLock> grantedQueue = new LockQueue<>();
    granted.forEach(mode -> grantedQueue.moveToTail(new TestLock(mode)));
    LockQueue<TestLock> convertingQueue = new LockQueue<>();
    for (LockMode mode : converting) {
      TestLock lock = new TestLock(mode);
      lock.convertTo(convertTo);
      convertingQueue.moveToTail(lock);
    }
    boolean expected =
        granted.stream().allMatch(wanted::compatibleWith)
            && converting.stream().allMatch(wanted::compatibleWith)
            && (converting.isEmpty() || wanted.compatibleWith(convertTo));
    assertThat(GrantRules.grantableNow(grantedQueue, convertingQueue, null, wanted))
        .isEqualTo(expected);
    TestLock self = new TestLock(LockMode.EX);
    grantedQueue.moveToTail(self);
    assertThat(GrantRules.grantableNow(grantedQueue, convertingQueue, self, wanted))
        .as("a lock is not in its own way")
        .isEqualTo(expected);
  }
}
