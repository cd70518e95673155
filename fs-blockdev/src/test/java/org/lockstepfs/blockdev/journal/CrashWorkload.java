package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.blockdev.device.RecordingDevice;

/**
 * Random transactions on a recorded device, and what may be found after a crash at any position.
 *
 * <p>Every handle also writes its own number to {@link #STAMP}, so that the state found says which
 * transaction it claims to be. Blocks are freed, and then hold file data, and then are metadata
 * again. Some contents begin with JBD2's magic.
 */
final class CrashWorkload {
  private static final long STAMP = TestVolume.HOME_START;
  private static final int HOMES = 40;
  private static final int HANDLES = 120;

  /** Metadata written by a stamp's transaction or before, and blocks that were free in it. */
  private record Snapshot(int tid, Map<Long, Long> metadata) {}

  /** A block became metadata in a transaction. */
  private record Made(int position, int tid) {}

  private record DataWrite(long block, long contents, int begin, int durable) {}

  private final Random random;
  private final TestVolume volume;
  private final MemoryDevice before;
  private final RecordingDevice device;
  private final JbdJournal journal;

  private final Map<Long, MetaBuffer> buffers = new HashMap<>();
  private final Map<Long, Long> metadata = new TreeMap<>();
  private final Map<Long, Integer> freedIn = new HashMap<>();
  private final Map<Long, Snapshot> snapshots = new HashMap<>();
  private final TreeMap<Integer, Integer> committedAt = new TreeMap<>();
  private final Map<Long, List<Made>> metadataTids = new HashMap<>();
  private final List<DataWrite> dataWrites = new ArrayList<>();

  /** If not, the log runs full and its space is used again at once. */
  private final boolean checkpointsEarly;

  private int stamp;
  private int tid;

  CrashWorkload(long seed, int blockSize) throws IOException {
    random = new Random(seed);
    checkpointsEarly = seed % 2 == 0;
    volume = new TestVolume(blockSize);
    before = volume.disk.copy();
    device = new RecordingDevice(volume.disk);
    journal = volume.open(device);
    tid = journal.runningTransactionId();
    committedAt.put(0, tid - 1);
    snapshots.put(0L, new Snapshot(tid - 1, Map.of()));
  }

  RecordingDevice device() {
    return device;
  }

  TestVolume volume() {
    return volume;
  }

  MemoryDevice before() {
    return before;
  }

  JournalStats stats() {
    return journal.stats();
  }

  void run() throws IOException {
    for (int i = 0; i < HANDLES; i++) {
      update();
      switch (random.nextInt(8)) {
        case 0, 1 -> noteCommitted(journal::commit);
        case 2 -> {
          if (checkpointsEarly) {
            noteCommitted(random.nextInt(4) == 0 ? journal::flush : journal::maintain);
          }
        }
        case 3 -> writeData();
        default -> {}
      }
    }
    if (random.nextBoolean()) {
      noteCommitted(journal::close);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void noteCommitted(Step step) throws IOException {
    step.run();
    // An idle or running transaction comes next; the one before it has returned from commit.
    committedAt.put(device.position(), journal.runningTransactionId() - 1);
  }

  private void update() throws IOException {
    int changes = 1 + random.nextInt(6);
    try (Handle handle = journal.start(1 + changes)) {
      tid = handle.transactionId();
      for (int i = 0; i < changes; i++) {
        long block = STAMP + 1 + random.nextInt(HOMES);
        if (metadata.containsKey(block) && random.nextInt(3) == 0) {
          free(handle, block);
        } else {
          change(handle, block, random.nextInt(3) == 0 ? LogBlock.MAGIC : 5);
        }
      }
      stamp++;
      MetaBuffer buffer = buffers.computeIfAbsent(STAMP, volume::buffer);
      handle.dirty(buffer);
      TestVolume.fill(buffer, 0, stamp);
    }
    snapshots.put((long) stamp, new Snapshot(tid, new TreeMap<>(metadata)));
  }

  private void free(Handle handle, long block) throws IOException {
    handle.forget(block);
    buffers.remove(block);
    metadata.remove(block);
    freedIn.put(block, tid);
  }

  private void change(Handle handle, long block, int first) throws IOException {
    MetaBuffer buffer = buffers.computeIfAbsent(block, volume::buffer);
    int value = random.nextInt();
    handle.dirty(buffer);
    TestVolume.fill(buffer, first, value);
    metadata.put(block, TestVolume.expected(first, value));
    freedIn.remove(block);
    metadataTids
        .computeIfAbsent(block, b -> new ArrayList<>())
        .add(new Made(device.position(), tid));
  }

  /** Puts file data into a block whose freeing transaction is committed. */
  private void writeData() throws IOException {
    int committed = journal.runningTransactionId() - 1;
    for (Map.Entry<Long, Integer> freed : freedIn.entrySet()) {
      if (committed - freed.getValue() < 0) {
        continue;
      }
      MetaBuffer data = volume.buffer(freed.getKey());
      int value = random.nextInt();
      TestVolume.fill(data, 77, value);
      int begin = device.position();
      device.write(freed.getKey() * volume.blockSize, data.data().duplicate().clear());
      device.flush();
      dataWrites.add(
          new DataWrite(freed.getKey(), TestVolume.expected(77, value), begin, device.position()));
      return;
    }
  }

  /** Throws if a replayed image of a crash at {@code position} is not what it must be. */
  void check(MemoryDevice image, int position) throws IOException {
    Snapshot found = snapshots.get(volume.contents(image, STAMP));
    int required = committedAt.floorEntry(position).getValue();
    if (found == null || found.tid - required < 0) {
      throw new AssertionError("found " + found + ", committed was " + required);
    }
    if (snapshots.containsKey(volume.contents(image, STAMP) + 1)) {
      Snapshot next = snapshots.get(volume.contents(image, STAMP) + 1);
      if (next.tid == found.tid) {
        throw new AssertionError("transaction " + found.tid + " is there in part");
      }
    }
    for (Map.Entry<Long, Long> expected : found.metadata.entrySet()) {
      expect(image, expected.getKey(), expected.getValue());
    }
    checkData(image, position, found);
  }

  private void checkData(MemoryDevice image, int position, Snapshot found) throws IOException {
    Map<Long, DataWrite> latest = new HashMap<>();
    for (DataWrite write : dataWrites) {
      if (write.begin < position) {
        latest.put(write.block, write);
      }
    }
    for (DataWrite write : latest.values()) {
      boolean isMetadataAgain =
          found.metadata.containsKey(write.block) || wasMetadataSince(write, found);
      if (write.durable <= position && !isMetadataAgain) {
        expect(image, write.block, write.contents);
      }
    }
  }

  /** Metadata that was written home and then freed again leaves no trace of the data. */
  private boolean wasMetadataSince(DataWrite write, Snapshot found) {
    return metadataTids.getOrDefault(write.block, List.of()).stream()
        .anyMatch(made -> made.position >= write.durable && found.tid - made.tid >= 0);
  }

  private void expect(MemoryDevice image, long block, long expected) throws IOException {
    long actual = volume.contents(image, block);
    if (actual != expected) {
      throw new AssertionError(String.format("block %d holds %x, not %x", block, actual, expected));
    }
  }
}
