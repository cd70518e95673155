package org.lockstepfs.fuse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.control.ControlException;

final class MountPointsTest {
  private static final String A = "0:40";
  private static final String B = "0:41";

  private final FakeMountCalls calls = new FakeMountCalls();
  private final MountPoints points = new MountPoints(calls);

  @AfterEach
  void noCopyIsLeft() {
    assertThat(calls.copies).isZero();
  }

  private void refused(String message) {
    assertThatThrownBy(() -> points.unmount(Set.of(A, B)))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining(message);
  }

  @Test
  void nothingIsTouchedWhenOneIsSeenToBeInUse() {
    calls.volume(A, "/dev/sdb", "/first");
    calls.volume(A, "/dev/sdb", "/second");
    calls.volume(B, "/dev/sdc", "/third");
    calls.busy.add("/second");
    refused("/second is in use");
    assertThat(calls.unmounted).isEmpty();
  }

  /** Fault: of a volume that was unmounted before the refusal nothing was left to put back. */
  @Test
  void whatWentIsPutBackWhenALaterOneFails() {
    calls.volume(A, "/dev/sdb", "/first");
    calls.volume(B, "/dev/sdc", "/second");
    calls.volume(B, "/dev/sdc", "/third");
    calls.busyLater.add("/second");
    refused("/second is in use: umount of /second: EBUSY");
    assertThat(calls.unmounted).isNotEmpty();
    assertThat(calls.dirs()).containsExactly("/first", "/second", "/third");
  }

  @Test
  void innermostGoFirst() throws Exception {
    calls.volume(A, "/dev/sdb", "/outer");
    calls.volume(B, "/dev/sdc", "/outer/inner");
    calls.volume(A, "/dev/sdb", "/outer/inner/again");
    points.unmount(Set.of(A, B));
    assertThat(calls.unmounted).containsExactly("/outer/inner/again", "/outer/inner", "/outer");
  }

  @Test
  void innermostAreBackWhenTheOuterOneIsInUse() {
    calls.volume(A, "/dev/sdb", "/outer");
    calls.volume(B, "/dev/sdc", "/outer/inner");
    calls.busy.add("/outer");
    refused("/outer is in use");
    assertThat(calls.unmounted).containsExactly("/outer/inner");
    assertThat(calls.dirs()).containsExactly("/outer", "/outer/inner");
  }

  /** Fault: what somebody mounted over a volume was unmounted in its place. */
  @Test
  void anotherFileSystemOnOneIsInTheWay() {
    calls.volume(A, "/dev/sdb", "/first");
    calls.volume(B, "/dev/sdc", "/second");
    calls.mount("0:50", "tmpfs", "tmp", "/second");
    refused("/second is in use: tmp is mounted on /second");
    assertThat(calls.unmounted).isEmpty();
  }

  @Test
  void othersStay() throws Exception {
    calls.volume(A, "/dev/sdb", "/first");
    calls.volume("0:42", "/dev/sdb", "/others");
    calls.mount(A, "tmpfs", "tmp", "/tmp");
    points.unmount(Set.of(A, B));
    assertThat(calls.dirs()).containsExactly("/others", "/tmp");
  }
}
