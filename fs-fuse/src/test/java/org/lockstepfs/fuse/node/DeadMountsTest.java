package org.lockstepfs.fuse.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountInfo;

@Timeout(30)
final class DeadMountsTest {
  private static final String BOOT = "this-boot";
  private static final String DISK = "/dev/sdb";
  private static final String OURS = "0:40";
  private static final String THEIRS = "0:41";

  @TempDir private Path rundir;
  private final FakeMountCalls calls = new FakeMountCalls();
  private long now;

  @BeforeEach
  void twoNodesDied() {
    calls.volume(OURS, DISK, "/a");
    calls.volume(THEIRS, DISK, "/b");
    calls.volume(OURS, DISK, "/a2");
    calls.dead.addAll(List.of(OURS, THEIRS));
  }

  private MountNotes notes(String node, String boot) throws IOException {
    NodePaths paths = new NodePaths(rundir, node);
    Files.createDirectories(paths.dir());
    if (!Files.exists(paths.socket())) {
      Files.createFile(paths.socket());
    }
    return new MountNotes(paths, boot, () -> ++now);
  }

  /** What a daemon of this node does when it starts after one that noted this. */
  private void tidyUp() throws IOException {
    new DeadMounts(notes("a", BOOT), calls, 200).detach(mount -> true);
  }

  @Test
  void allThatTheNodeNotedGoesAndNothingElse() throws Exception {
    notes("a", BOOT).add(OURS, DISK);
    notes("b", BOOT).add(THEIRS, DISK);
    calls.mount(OURS, "fuse.sshfs", DISK, "/other-type");
    calls.volume(OURS, "/dev/sdc", "/other-source");
    tidyUp();
    assertThat(calls.dirs()).containsExactly("/b", "/other-source", "/other-type");
  }

  @Test
  void aCallerMayCareForOneDirectoryOnly() throws Exception {
    notes("a", BOOT).add(OURS, DISK);
    new DeadMounts(notes("a", BOOT), calls, 200).detach(mount -> mount.dir().equals("/a2"));
    assertThat(calls.dirs()).containsExactly("/a", "/b");
  }

  /** Fault: a device number that became free by hand is another node's by now. */
  @Test
  void theNodeThatNotedANumberLastOwnsIt() throws Exception {
    notes("a", BOOT).add(OURS, DISK);
    notes("b", BOOT).add(OURS, DISK);
    tidyUp();
    assertThat(calls.unmounted).isEmpty();
    notes("a", BOOT).add(OURS, DISK);
    tidyUp();
    assertThat(calls.dirs()).containsExactly("/b");
  }

  @Test
  void notesOfAnotherBootMeanNothing() throws Exception {
    notes("a", "another-boot").add(OURS, DISK);
    tidyUp();
    assertThat(calls.unmounted).isEmpty();
  }

  @Test
  void unreadableNotesMeanNothing() throws Exception {
    notes("a", BOOT);
    Files.writeString(new NodePaths(rundir, "a").mounts(), "{\"boot\":\"" + BOOT);
    tidyUp();
    assertThat(calls.unmounted).isEmpty();
    Files.writeString(
        new NodePaths(rundir, "a").mounts(), "{\"boot\":\"" + BOOT + "\",\"mounts\":[null,{}]}");
    tidyUp();
    assertThat(calls.unmounted).isEmpty();
  }

  @Test
  void theLivingStay() throws Exception {
    notes("a", BOOT).add(OURS, DISK);
    calls.dead.remove(OURS);
    tidyUp();
    assertThat(calls.unmounted).isEmpty();
  }

  /** Fault: a mount that nobody answers for held up the daemon for ever. */
  @Test
  void oneThatKeepsSilentHoldsNobodyUp() throws Exception {
    MountNotes notes = notes("a", BOOT);
    notes.add("0:39", "/dev/sdc");
    notes.add(OURS, DISK);
    calls.silent.add("0:39");
    calls.volume("0:39", "/dev/sdc", "/silent");
    calls.volume("0:39", "/dev/sdc", "/silent2");
    long begin = System.nanoTime();
    tidyUp();
    assertThat(calls.dirs()).containsExactly("/b", "/silent", "/silent2");
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
  }

  @Test
  void whatIsMountedOnADeadOneIsNotTornOff() throws Exception {
    notes("a", BOOT).add(OURS, DISK);
    calls.mount("0:50", "tmpfs", "tmp", "/a/live");
    tidyUp();
    assertThat(calls.dirs()).containsExactly("/a", "/a/live", "/b");
  }

  @Test
  void deadOnesOnDeadOnesGo() throws Exception {
    MountNotes notes = notes("a", BOOT);
    notes.add(OURS, DISK);
    notes.add("0:50", "/dev/sdc");
    calls.volume("0:50", "/dev/sdc", "/a/inner");
    calls.dead.add("0:50");
    tidyUp();
    assertThat(calls.dirs()).containsExactly("/b");
  }

  @Test
  void whatIsCrossedOutIsForgotten() throws Exception {
    MountNotes notes = notes("a", BOOT);
    notes.add(OURS, DISK);
    MountInfo mount = calls.table().get(1);
    notes.remove(OURS, "/dev/sdc");
    assertThat(notes("a", BOOT).isOwn(mount)).isTrue();
    notes.keep(calls.table());
    assertThat(notes("a", BOOT).isOwn(mount)).isTrue();
    notes.keep(List.of());
    assertThat(notes("a", BOOT).isOwn(mount)).isFalse();
    notes.add(OURS, DISK);
    notes.remove(OURS, DISK);
    assertThat(notes("a", BOOT).isOwn(mount)).isFalse();
  }
}
