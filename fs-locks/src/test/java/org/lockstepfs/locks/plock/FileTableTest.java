package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is granted when, in one table. */
class FileTableTest {
  private static final int PATIENCE = 2;

  private final List<String> log = new ArrayList<>();
  private final FileTable table =
      new FileTable(
          new PlockConfig(new PlockMember(1, 1), 0, 8, 4, 10, 10, PATIENCE, 1),
          new RangeTable.Listener() {
            @Override
            public void holds(PlockOwner owner) {}

            @Override
            public void holdsNothing(PlockOwner owner) {}
          });

  private static PlockOwner owner(int owner) {
    return new PlockOwner(1, owner);
  }

  private void ended(Waiter waiter, PlockResult result) {
    log.add(waiter.owner.owner() + " " + result);
  }

  private PlockResult lock(int owner, long start, long end, boolean exclusive) {
    return wait(owner, start, end, exclusive, false);
  }

  private PlockResult wait(int owner, long start, long end, boolean exclusive, boolean holder) {
    return table.lockOrWait(
        new Waiter(1, owner(owner), 1, start, end, exclusive, owner, null, holder), this::ended);
  }

  private void unlock(int owner, long start, long end) {
    table.unlock(owner(owner), start, end, this::ended);
  }

  @Test
  void readersShareAndWritersDoNot() {
    assertThat(lock(1, 0, 9, false)).isEqualTo(PlockResult.GRANTED);
    assertThat(lock(2, 5, 15, false)).isEqualTo(PlockResult.GRANTED);
    assertThat(table.tryLock(owner(3), 1, 9, 9, true, this::ended)).isEqualTo(PlockResult.AGAIN);
    assertThat(table.tryLock(owner(3), 1, 16, 20, true, this::ended))
        .isEqualTo(PlockResult.GRANTED);
  }

  @Test
  void waitersAreGrantedInOrderOfArrival() {
    lock(1, 0, 9, true);
    assertThat(lock(2, 0, 9, true)).isNull();
    assertThat(lock(3, 0, 9, true)).isNull();
    unlock(1, 0, 9);
    assertThat(log).containsExactly("2 GRANTED");
    unlock(2, 0, 9);
    assertThat(log).containsExactly("2 GRANTED", "3 GRANTED");
  }

  @Test
  void partOfAnUnlockFreesWhoNeedsThatPart() {
    lock(1, 0, 9, true);
    lock(2, 0, 9, true);
    lock(3, 5, 6, false);
    unlock(1, 5, 6);
    assertThat(log).containsExactly("3 GRANTED");
  }

  @Test
  void aDowngradeFreesReaders() {
    lock(1, 0, 9, true);
    lock(2, 0, 3, false);
    assertThat(lock(1, 0, 9, false)).isEqualTo(PlockResult.GRANTED);
    assertThat(log).containsExactly("2 GRANTED");
  }

  @Test
  void aWriterIsOvertakenSoOftenAndNotMore() {
    lock(1, 0, 9, false);
    assertThat(lock(2, 0, 9, true)).isNull();
    for (int reader = 3; reader < 3 + PATIENCE; reader++) {
      assertThat(lock(reader, 0, 9, false)).isEqualTo(PlockResult.GRANTED);
    }
    assertThat(lock(9, 0, 9, false)).as("queues behind the writer").isNull();
    assertThat(table.tryLock(owner(10), 1, 0, 9, false, this::ended))
        .as("does not wait, so it looks at held locks only")
        .isEqualTo(PlockResult.GRANTED);
    for (int reader : new int[] {1, 3, 4, 10}) {
      unlock(reader, 0, 9);
    }
    assertThat(log).containsExactly("2 GRANTED");
    unlock(2, 0, 9);
    assertThat(log).containsExactly("2 GRANTED", "9 GRANTED");
  }

  @Test
  void whoHoldsALockNeverQueuesForFairness() {
    lock(1, 0, 9, false);
    lock(2, 0, 9, true);
    lock(3, 0, 9, false);
    lock(4, 0, 9, false);
    assertThat(lock(1, 0, 20, false)).as("holds one here").isEqualTo(PlockResult.GRANTED);
    assertThat(wait(5, 0, 9, false, true)).as("elsewhere").isEqualTo(PlockResult.GRANTED);
  }

  @Test
  void whenABarrierGoesThoseBehindItGoOn() {
    lock(1, 0, 9, false);
    lock(2, 0, 9, true);
    lock(3, 0, 9, false);
    lock(4, 0, 9, false);
    assertThat(lock(5, 0, 9, false)).isNull();
    table.end(table.waiter(1, 2), PlockResult.INTERRUPTED, this::ended);
    assertThat(log).containsExactly("2 INTERRUPTED", "5 GRANTED");
  }

  @Test
  void closeDropsLocksAndWaiters() {
    lock(1, 0, 9, true);
    lock(2, 0, 4, true);
    lock(3, 0, 4, true);
    table.close(owner(2), this::ended);
    table.close(owner(1), this::ended);
    assertThat(log).containsExactly("2 INTERRUPTED", "3 GRANTED");
  }

  @Test
  void boundsGiveNoLocks() {
    for (int i = 0; i < 7; i++) {
      assertThat(lock(i, i * 10L, i * 10L, true)).isEqualTo(PlockResult.GRANTED);
    }
    assertThat(lock(8, 100, 100, true)).isEqualTo(PlockResult.NO_LOCKS);
    for (int i = 10; i < 14; i++) {
      assertThat(lock(i, 0, 0, true)).isNull();
    }
    assertThat(lock(14, 0, 0, true)).isEqualTo(PlockResult.NO_LOCKS);
  }
}
