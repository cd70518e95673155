package org.lockstepfs.fuse.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.ctl.Leaf.OpenMode;
import org.lockstepfs.stack.fence.Fence;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.Stacks;

/** The files of a node that has mounted nothing. */
class StackFilesTest {
  private static final OpenMode READ = new OpenMode(false, false, false);
  private static final OpenMode WRITE = new OpenMode(true, false, false);

  private static final Fence NOBODY =
      new Fence() {
        @Override
        public void cutOff(String reason) {}

        @Override
        public void halt() {}
      };

  private final Stacks stacks =
      new Stacks(
          new StackEnvironment(
              "n",
              Path.of("c"),
              "fast",
              MembershipSource.STATIC,
              new SimpleMeterRegistry(),
              new SelfFence(NOBODY, () -> 0)));
  private final Tree tree =
      new Tree(new StackFiles(stacks, "fast", uuid -> 0).root(Dir.of(Map.of())));

  private String read(String path) throws IOException {
    return new String(tree.leaf(path).open(READ, () -> false).read(), StandardCharsets.UTF_8);
  }

  private void write(String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(tree.leaf(path).open(WRITE, () -> false).write(bytes, 0)).isEqualTo(bytes.length);
  }

  private static void assertRefused(
      Errno errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void theLabelIsReadAndWrittenAsALine() throws IOException {
    assertThat(read("/cluster_stack")).isEqualTo("o2cb\n");
    write("/cluster_stack", "pcmk\n");
    assertThat(stacks.clusterStack()).isEqualTo("pcmk");
    write("/cluster_stack", "o2cb");
    assertThat(read("/cluster_stack")).isEqualTo("o2cb\n");
  }

  @Test
  void aLabelOfAnotherLengthIsRefused() {
    assertRefused(Errno.EINVAL, () -> write("/cluster_stack", "o2\n"));
    assertRefused(Errno.EINVAL, () -> write("/cluster_stack", "\n"));
    assertThat(stacks.clusterStack()).isEqualTo("o2cb");
  }

  @Test
  void whatOnlyTellsCannotBeWritten() throws IOException {
    assertRefused(Errno.EACCES, () -> write("/max_locking_protocol", "2.0\n"));
    assertThat(read("/max_locking_protocol")).isEqualTo("1.0\n");
  }

  @Test
  void withoutAConnectionNothingIsActive() throws IOException {
    assertThat(read("/active_cluster_plugin")).isEmpty();
    assertThat(read("/loaded_cluster_plugins")).isEmpty();
    assertThat(read("/locking_protocol")).isEmpty();
    assertThat(read("/cluster/name")).isEmpty();
    assertThat(tree.directory("/node").names()).isEmpty();
  }

  @Test
  void thresholdsAreThoseOfTheProfile() throws IOException {
    assertThat(read("/heartbeat/dead_threshold")).isEqualTo("7\n");
    assertThat(read("/heartbeat/interval_ms")).isEqualTo("1000\n");
    assertThat(read("/cluster/idle_timeout_ms")).isEqualTo("4000\n");
  }

  @Test
  void pathsThatLeadNowhereSaySo() {
    assertRefused(Errno.ENOENT, () -> tree.entry("/heartbeat/none"));
    assertRefused(Errno.ENOTDIR, () -> tree.entry("/cluster_stack/x"));
    assertRefused(Errno.EISDIR, () -> tree.leaf("/heartbeat"));
    assertRefused(Errno.EPERM, () -> tree.parent("/new").makeFile("new", Entry.Access.root(0)));
  }
}
