package org.lockstepfs.blockdev.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.blockdev.device.RecordingDevice;

/** A power loss at any point leaves a log that replays to exactly one transaction's state. */
@Timeout(60)
class JournalCrashTest {
  private static final int SEEDS = 12;
  private static final int STRIKES = 3;

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void everyFlushIsASafePlaceToCrash(int blockSize) throws IOException {
    int seeds = blockSize == 512 ? SEEDS : 2;
    for (long seed = 0; seed < seeds; seed++) {
      CrashWorkload workload = new CrashWorkload(seed, blockSize);
      workload.run();
      assertThat(workload.stats().loggedBlocks()).isGreaterThan(TestVolume.JOURNAL_BLOCKS);
      assertThat(workload.stats().revokedBlocks()).isPositive();
      for (int cut : workload.device().flushCuts()) {
        for (int strike = 0; strike < STRIKES; strike++) {
          crashAt(workload, cut, seed + 1000L * strike);
        }
      }
    }
  }

  private static void crashAt(CrashWorkload workload, int cut, long seed) throws IOException {
    Random random = new Random(seed * 31 + cut);
    MemoryDevice image = workload.before().copy();
    workload.device().crash(image, cut, random);
    try {
      MemoryDevice again = crashInReplay(workload.volume(), image, random);
      workload.volume().replay(image);
      workload.check(image, cut);
      workload.volume().replay(again);
      workload.check(again, cut);
      assertThat(workload.volume().replay(image).transactions()).isZero();
    } catch (AssertionError | IOException e) {
      throw new AssertionError("seed " + seed + ", cut " + cut, e);
    }
  }

  /** Returns what a second power loss during the replay leaves. */
  private static MemoryDevice crashInReplay(TestVolume volume, MemoryDevice image, Random random)
      throws IOException {
    RecordingDevice replayed = new RecordingDevice(image.copy());
    volume.replay(replayed);
    MemoryDevice again = image.copy();
    List<Integer> cuts = replayed.flushCuts();
    replayed.crash(again, cuts.get(random.nextInt(cuts.size())), random);
    return again;
  }

  /** The checker itself must see a journal that reports commits which are not durable. */
  @Test
  void aDiskThatLiesAboutFlushesIsCaught() {
    assertThat(
            LongStream.range(0, 20)
                .anyMatch(
                    seed -> {
                      try {
                        CrashWorkload workload = new CrashWorkload(seed, 512);
                        workload.run();
                        int end = workload.device().position();
                        MemoryDevice image = workload.before().copy();
                        workload.device().crash(image, end / 2, new Random(seed));
                        workload.volume().replay(image);
                        workload.check(image, end);
                        return false;
                      } catch (AssertionError | IOException e) {
                        return true;
                      }
                    }))
        .isTrue();
  }
}
