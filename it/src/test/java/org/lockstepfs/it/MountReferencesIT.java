package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who keeps a volume's heartbeat going: its mounts together, each reference that a tool took. */
@Timeout(120)
class MountReferencesIT {
  private static final String CLUSTER = "refs";

  @TempDir private Path dir;
  private Image image;
  private Node node;
  private String uuid;

  @BeforeEach
  void prepare() throws IOException {
    image = Image.create(dir, 128);
    image.mkfsLockstep(
        "--cluster-stack=o2cb", "--cluster-name=" + CLUSTER, "-N", "2", "-J", "size=4M");
    uuid = Sh.run("blkid", "-o", "value", "-s", "UUID", image.device()).ok().output().strip();
    node = new Node("one", dir.resolve("run"), ClusterFile.write(dir, CLUSTER, "one"));
  }

  @AfterEach
  void end() throws IOException {
    node.close();
    image.close();
  }

  private void hb(String command, String volume) {
    node.lockstep("hb", command, "--node", "one", volume).ok();
  }

  /** The control file counts the mounts as one, as {@code hb refs} shows it in words. */
  private void assertReferences(int expected) {
    assertThat(node.controlFiles().resolve("heartbeat").resolve(plainUuid()).resolve("references"))
        .hasContent(Integer.toString(expected));
  }

  private void assertRefs(String expected) {
    assertThat(node.lockstep("hb", "refs", "--node", "one").ok().output().strip())
        .isEqualTo(expected.isEmpty() ? "" : plainUuid() + ": " + expected);
  }

  private String plainUuid() {
    return uuid.replace("-", "").toUpperCase(java.util.Locale.ROOT);
  }

  /** Only a volume without a heartbeat can be given to another cluster. */
  private Sh.Result tune(String cluster) {
    return node.lockstep(
        "tune", "--update-cluster-stack", "--cluster-name=" + cluster, image.device());
  }

  @Test
  void aReferenceOutlivesMounts() throws IOException {
    hb("start", image.device());
    assertRefs("1 refs");
    assertThat(node.lockstep("status", "--node", "one").ok().output()).contains("(this node)");
    assertThat(tune("other").output()).contains("node 1, whose heartbeat goes on");
    hb("start", uuid);
    assertRefs("2 refs");
    assertReferences(2);

    Path mount = node.mount(image.device(), dir.resolve("first"));
    Path second = node.mount(image.device(), dir.resolve("second"), "ro");
    assertRefs("3 refs, mounted");
    Files.writeString(mount.resolve("file"), "text");
    node.umount(mount);
    Path third = node.mount(image.device(), dir.resolve("third"));
    Files.writeString(third.resolve("file"), "more");
    assertThatThrownBy(() -> Files.createFile(second.resolve("new")))
        .hasMessageContaining("Read-only");
    node.umount(third);
    assertThat(second.resolve("file")).hasContent("more");
    assertRefs("3 refs, mounted");
    assertReferences(3);
    node.umount(second);
    assertRefs("2 refs");
    assertReferences(2);

    hb("stop", uuid);
    assertThat(tune("other").output()).contains("node 1, whose heartbeat goes on");
    hb("stop", image.device());
    assertRefs("");
    Sh.Result unknown = node.lockstep("hb", "stop", "--node", "one", image.device());
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.output()).contains("no reference is held").hasLineCount(1);
    tune("other").ok();
    image.assertClean();
  }

  @Test
  void aCrashLeavesNoReference() throws IOException {
    hb("start", image.device());
    node.kill();
    Path mount = node.mount(image.device(), dir.resolve("mount"));
    assertRefs("1 refs, mounted");
    node.umount(mount);
    assertRefs("");
    tune("other").ok();
  }
}
