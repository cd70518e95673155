package org.lockstepfs.blockdev.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.blockdev.device.RecordingDevice;

/** Several threads update and commit while another checkpoints; the disk is cut anywhere. */
@Timeout(60)
class ConcurrentCrashTest {
  private static final int BLOCK_SIZE = 512;
  private static final int WRITERS = 3;
  private static final int UPDATES = 150;
  private static final int PAIRS = 4;

  /** What a commit promised when it returned. */
  private record Promise(int position, int writer, int pair, int value) {}

  private final List<Promise> promises = Collections.synchronizedList(new ArrayList<>());

  private static long block(int writer, int pair, int side) {
    return TestVolume.HOME_START + (writer * PAIRS + pair) * 2L + side;
  }

  @Test
  void pairsStayEqualAndPromisesAreKept() throws Exception {
    TestVolume volume = new TestVolume(BLOCK_SIZE);
    MemoryDevice before = volume.disk.copy();
    RecordingDevice device = new RecordingDevice(new SlowDevice(volume.disk));
    JbdJournal journal = volume.open(device);
    run(volume, device, journal);
    assertThat(journal.stats().loggedBlocks()).isGreaterThan(TestVolume.JOURNAL_BLOCKS);
    for (int cut : device.flushCuts()) {
      MemoryDevice image = before.copy();
      device.crash(image, cut, new Random(cut));
      volume.replay(image);
      check(volume, image, cut);
    }
    journal.close();
    assertThat(volume.replay(volume.disk).transactions()).isZero();
    check(volume, volume.disk, device.position());
  }

  private void run(TestVolume volume, RecordingDevice device, JbdJournal journal) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
    AtomicBoolean done = new AtomicBoolean();
    try {
      List<Callable<Void>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.add(() -> write(volume, device, journal, writer));
      }
      Future<?> checkpointer = threads.submit(() -> checkpoint(journal, done));
      for (Future<Void> writer : threads.invokeAll(writers)) {
        writer.get();
      }
      done.set(true);
      checkpointer.get(10, TimeUnit.SECONDS);
    } finally {
      threads.shutdownNow();
    }
  }

  private Void write(TestVolume volume, RecordingDevice device, JbdJournal journal, int writer)
      throws IOException {
    Random random = new Random(writer);
    MetaBuffer[] buffers = new MetaBuffer[2 * PAIRS];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = volume.buffer(block(writer, i / 2, i % 2));
    }
    for (int value = 1; value <= UPDATES; value++) {
      int pair = random.nextInt(PAIRS);
      int tid;
      try (Handle handle = journal.start(2)) {
        for (MetaBuffer buffer : List.of(buffers[2 * pair], buffers[2 * pair + 1])) {
          handle.dirty(buffer);
          TestVolume.fill(buffer, 0, value);
        }
        tid = handle.transactionId();
      }
      if (random.nextInt(3) == 0) {
        journal.commit(tid);
        promises.add(new Promise(device.position(), writer, pair, value));
      }
    }
    return null;
  }

  private static Void checkpoint(JbdJournal journal, AtomicBoolean done) throws Exception {
    while (!done.get()) {
      journal.maintain();
      if (journal.stats().commits() % 5 == 0) {
        journal.flush();
      }
      TimeUnit.MICROSECONDS.sleep(200);
    }
    return null;
  }

  private void check(TestVolume volume, MemoryDevice image, int cut) throws IOException {
    for (int writer = 0; writer < WRITERS; writer++) {
      for (int pair = 0; pair < PAIRS; pair++) {
        long left = volume.contents(image, block(writer, pair, 0));
        assertThat(volume.contents(image, block(writer, pair, 1)))
            .as("cut %d", cut)
            .isEqualTo(left);
        assertThat(left).as("cut %d", cut).isGreaterThanOrEqualTo(promised(writer, pair, cut));
      }
    }
  }

  private int promised(int writer, int pair, int cut) {
    return promises.stream()
        .filter(p -> p.writer == writer && p.pair == pair && p.position <= cut)
        .mapToInt(Promise::value)
        .max()
        .orElse(0);
  }
}
