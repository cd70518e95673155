package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.vfs.Name;

/** A reference too few frees an inode in use; one too many keeps it for ever. */
class CallsTest {
  private static final int O_RDWR = 2;

  private final CountingFileSystem fs = new CountingFileSystem();
  private final Caller rq = new Caller(1, 0, 0, 4711, () -> false);
  private final PathCalls paths = new PathCalls(fs);
  private final FileCalls files = new FileCalls(fs);
  private final ByteBuffer buffer = ByteBuffer.allocate(64);

  private static PathName path(String text) {
    return PathName.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  @BeforeEach
  void makeTree() throws Exception {
    paths.mkdir(rq, path("/d"), 0755);
    paths.mkdir(rq, path("/d/e"), 0755);
    files.release(rq, files.create(rq, path("/d/e/f"), 0644, O_RDWR), false, 0);
    assertThat(fs.references()).isZero();
  }

  @Test
  void callsByNameGiveEveryReferenceBack() throws Exception {
    long ino = paths.getattr(rq, path("/d/e/f")).ino();
    assertThat(paths.getattr(rq, path("/")).ino()).isEqualTo(1);
    paths.link(rq, path("/d/e/f"), path("/g"));
    assertThat(paths.getattr(rq, path("/g")).ino()).isEqualTo(ino);
    paths.symlink(rq, "target".getBytes(StandardCharsets.UTF_8), path("/d/s"));
    assertThat(text(paths.readlink(rq, path("/d/s"), buffer))).isEqualTo("target");
    paths.rename(rq, path("/d/s"), path("/d/e/s"));
    paths.unlink(rq, path("/d/e/s"));
    paths.mkdir(rq, path("/d/x"), 0755);
    paths.rmdir(rq, path("/d/x"));
    paths.chmod(rq, path("/g"), 0600);
    paths.truncate(rq, path("/g"), 10);
    assertThat(paths.statfs(rq, path("/d")).nameMax()).isEqualTo(255);
    assertThat(fs.references()).isZero();
  }

  @Test
  void callsThatFailGiveEveryReferenceBack() {
    assertThatThrownBy(() -> paths.getattr(rq, path("/d/e/none"))).hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> paths.getattr(rq, path("/d/none/f"))).hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> paths.mkdir(rq, path("/d/e"), 0755)).hasMessageContaining("EEXIST");
    assertThatThrownBy(() -> paths.rmdir(rq, path("/d"))).hasMessageContaining("ENOTEMPTY");
    assertThatThrownBy(() -> paths.rename(rq, path("/d/none"), path("/d/e/x")))
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> paths.unlink(rq, path("/"))).hasMessageContaining("EBUSY");
    assertThatThrownBy(() -> files.create(rq, path("/none/f"), 0644, O_RDWR))
        .hasMessageContaining("ENOENT");
    assertThat(fs.references()).isZero();
    assertThat(files.open()).isZero();
  }

  /** Fault: what is open goes with its name. */
  @Test
  void anOpenFileIsHeldUntilItIsClosed() throws Exception {
    long file = files.open(rq, path("/d/e/f"), O_RDWR);
    assertThat(fs.references()).isEqualTo(1);
    paths.unlink(rq, path("/d/e/f"));
    assertThat(files.write(rq, file, 0, bytes("still here"), O_RDWR)).isEqualTo(10);
    files.truncate(rq, file, 5);
    assertThat(text(files.read(rq, file, 0, 64, buffer))).isEqualTo("still");
    assertThat(files.getattr(rq, file).nlink()).isZero();
    files.release(rq, file, false, 0);
    assertThat(fs.references()).isZero();
    assertThatThrownBy(() -> files.read(rq, file, 0, 64, buffer)).hasMessageContaining("EBADF");
  }

  @Test
  void anOpenDirectoryIsHeldUntilItIsClosed() throws Exception {
    long dir = files.opendir(rq, path("/d/e"));
    assertThat(fs.references()).isEqualTo(1);
    Names seen = new Names();
    files.readdir(rq, dir, 0, seen);
    assertThat(seen.names).containsExactly(".", "..", "f");
    files.releasedir(rq, dir);
    long root = files.opendir(rq, path("/"));
    files.releasedir(rq, root);
    assertThat(fs.references()).isZero();
    assertThat(files.open()).isZero();
  }

  private static final class Names extends FileCalls.Listing {
    final java.util.List<String> names = new java.util.ArrayList<>();

    @Override
    public boolean add(
        Name name, long ino, long nextOffset, int type, org.lockstepfs.fuse.vfs.Entry entry) {
      return names.add(name.toString());
    }
  }
}
