package org.lockstepfs.fuse.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.blockdev.device.FaultyDevice;

/** What a survivor sees on the disk of slots whose nodes died, and what it does about them. */
class SlotRecoveryTest {
  private static final int FIRST = 5;
  private static final int SECOND = 6;

  @TempDir Path dir;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private FaultyDevice device;
  private MountedVolume mounted;
  private Volume volume;
  private Slots slots;
  private SlotRecovery recovery;
  private int slotOfFirst;

  @BeforeEach
  void mountWithSlotsOfTwoOthers() throws Exception {
    Path image = dir.resolve("image");
    try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
      f.setLength(100L << 20);
    }
    Process mkfs =
        new ProcessBuilder(
                "mkfs.ocfs2",
                "-q",
                "-x",
                "-F",
                "-N",
                "3",
                "-J",
                "size=4M",
                "--cluster-stack=pcmk",
                "--cluster-name=test",
                "--fs-features=noindexed-dirs,noxattr,norefcount",
                image.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("mkfs.log").toFile())
            .start();
    assertThat(mkfs.waitFor()).isZero();
    device = new FaultyDevice(DirectDevice.open(image.toString(), false), new Random(1));
    mounted =
        MountedVolume.mountLocal(device, new MountOptions(false, false), Clock.systemUTC(), timer);
    volume = mounted.volume();
    slots =
        new Slots(
            device,
            volume.geometry(),
            volume.systemFiles().slotMap(),
            true,
            volume.superblock().maxSlots());
    slots.load();
    slotOfFirst = slots.claim(FIRST);
    slots.claim(SECOND);
    recovery = new SlotRecovery(volume, slots, volume.systemFiles(), node -> false);
  }

  @AfterEach
  void unmount() throws IOException {
    mounted.close();
    device.close();
    timer.shutdownNow();
  }

  /** Does what another survivor does once it has replayed a journal. */
  private void replayedElsewhere(int slot) throws IOException {
    SlotJournal journal = recovery.journal(slot);
    journal.lock();
    journal.countRecovery();
    journal.unlock();
  }

  @Test
  void seesThatAnotherHasReplayed() throws IOException {
    assertThat(recovery.isReplayed(Set.of(FIRST))).isFalse();
    replayedElsewhere(slotOfFirst);
    assertThat(recovery.isReplayed(Set.of(FIRST, SECOND))).isFalse();
    assertThat(recovery.isReplayed(Set.of(FIRST))).isTrue();
  }

  @Test
  void theNextDeathInASlotIsAnotherOne() throws IOException {
    replayedElsewhere(slotOfFirst);
    assertThat(recovery.isReplayed(Set.of(FIRST))).isTrue();
    assertThat(recovery.isReplayed(Set.of(FIRST))).isFalse();
  }

  @Test
  void aNodeWithoutASlotHasNothingToReplay() throws IOException {
    slots.release(slotOfFirst);
    assertThat(recovery.isReplayed(Set.of(FIRST))).isTrue();
  }

  @Test
  void leavesAloneWhatAnotherHasReplayed() throws IOException {
    replayedElsewhere(slotOfFirst);
    assertThat(recover()).isEmpty();
    slots.load();
    assertThat(slots.has(FIRST)).isTrue();
  }

  private List<Integer> recover() throws IOException {
    List<Integer> cleaned = new ArrayList<>();
    recovery.replay(Set.of(FIRST), false);
    recovery.clean(cleaned);
    return cleaned;
  }

  @Test
  void freesTheSlotOfTheDeadAndNoOther() throws IOException {
    assertThat(recover()).containsExactly(slotOfFirst);
    slots.load();
    assertThat(slots.has(FIRST)).isFalse();
    assertThat(slots.has(SECOND)).isTrue();
  }

  /** The node in the first slot has used its journal. */
  private void makeJournalDirty() throws IOException {
    SlotJournal journal = recovery.journal(slotOfFirst);
    journal.lock();
    journal.open();
    journal.unlock();
  }

  @Test
  void takesOverFromARecovererThatDied() throws IOException {
    makeJournalDirty();
    int generation = recovery.journal(slotOfFirst).recoveryGeneration();
    List<Integer> cleaned = new ArrayList<>();
    recovery.replay(Set.of(), false);
    recovery.takeOver(Set.of(FIRST));
    recovery.clean(cleaned);
    assertThat(cleaned).containsExactly(slotOfFirst);
    slots.load();
    assertThat(slots.has(FIRST)).isFalse();
    assertThat(slots.has(SECOND)).isTrue();
    assertThat(recovery.journal(slotOfFirst).isDirty()).isFalse();
    // It says that a journal was replayed; to those who have seen it already, it would be news.
    assertThat(recovery.journal(slotOfFirst).recoveryGeneration()).isEqualTo(generation);
  }

  @Test
  void goesOnWithTheCleanUpAfterAFailure() throws IOException {
    makeJournalDirty();
    recovery.replay(Set.of(FIRST), false);
    List<Integer> cleaned = new ArrayList<>();

    device.setReadErrorRate(1);
    assertThatThrownBy(() -> recovery.clean(cleaned)).isInstanceOf(IOException.class);
    assertThat(recovery.isClean()).isFalse();
    device.setReadErrorRate(0);
    recovery.clean(cleaned);

    assertThat(cleaned).containsExactly(slotOfFirst);
    assertThat(recovery.isClean()).isTrue();
    slots.load();
    assertThat(slots.has(FIRST)).isFalse();
  }
}
