package org.lockstepfs.fuse.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.FileSystem;

/** A file system mounted on a directory of its own, which goes whatever happens. */
final class MountFixture implements AutoCloseable {
  static final int MAX_WORKERS = 8;

  final KernelMount mount;
  final Path dir;

  MountFixture(FileSystem fs) throws IOException {
    this(fs, OperationListener.NONE, "");
  }

  MountFixture(FileSystem fs, OperationListener listener, String options) throws IOException {
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "no access to /dev/fuse");
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting takes root");
    dir = Files.createTempDirectory("lockstep-fuse");
    KernelFrontEnd frontEnd = new KernelFrontEnd(Clock.systemUTC(), listener, 2, MAX_WORKERS);
    mount = frontEnd.mount(fs, "memory", dir, MountOptions.parse(options));
  }

  Path path(String name) {
    return dir.resolve(name);
  }

  /** Starts a shell command in the mounted directory, with {@code script} in $SCRIPT. */
  Process shell(String command, String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
    builder.environment().put("SCRIPT", script);
    return builder.directory(dir.toFile()).redirectErrorStream(true).start();
  }

  @Override
  public void close() throws IOException {
    try {
      mount.connection().detach();
    } catch (ErrnoException e) {
      // The test has unmounted it already.
    }
    try {
      mount.awaitEnd(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.delete(dir);
  }
}
