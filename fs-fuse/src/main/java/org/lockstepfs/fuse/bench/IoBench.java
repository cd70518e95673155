package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.blockdev.sys.OpenFlag;
import org.lockstepfs.fuse.bench.Runner.Operation;
import org.lockstepfs.fuse.bench.Runner.Subject;

/** Reads and writes a file: in sequence in large pieces, at random in small ones. */
final class IoBench {
  private static final int LARGE = 1 << 20;
  private static final int SMALL = 4096;
  private static final int FILE_PIECES = 96;
  private static final int RANDOM_PIECES = 50_000;
  static final String MIB = "MiB/s";

  private final Runner runner;

  IoBench(Runner runner) {
    this.runner = runner;
  }

  void run(Path dir) throws IOException {
    String file = dir.resolve("data").toString();
    run("buffered I/O", file, 0);
    run("direct I/O", file, OpenFlag.DIRECT);
  }

  private void run(String group, String file, int flags) throws IOException {
    Posix posix = new Posix();
    int fd = posix.open(file, Posix.CREATE | flags);
    try {
      ByteBuffer large = filled(LARGE);
      ByteBuffer small = filled(SMALL);
      int pieces =
          measure(
              new Subject(group, "sequential write 1 MiB, fsync at the end", MIB, 1),
              FILE_PIECES,
              (calls, i) -> {
                calls.write(fd, large, (long) i * LARGE);
                if (i == FILE_PIECES - 1) {
                  calls.fsync(fd);
                }
              });
      posix.fsync(fd);
      measure(
          new Subject(group, "sequential read 1 MiB", MIB, 1),
          pieces,
          (calls, i) -> calls.read(fd, large, (long) i * LARGE));
      Random random = new Random(1);
      int slots = pieces * (LARGE / SMALL);
      measure(
          new Subject(group, "random read 4 KiB"),
          RANDOM_PIECES,
          (calls, i) -> calls.read(fd, small, (long) random.nextInt(slots) * SMALL));
      measure(
          new Subject(group, "random write 4 KiB"),
          RANDOM_PIECES,
          (calls, i) -> calls.write(fd, small, (long) random.nextInt(slots) * SMALL));
      posix.fsync(fd);
    } finally {
      posix.close(fd);
      posix.unlink(file);
    }
  }

  private int measure(Subject subject, int most, Operation operation) throws IOException {
    return runner.measure(subject, most, List.of(operation)).get(0);
  }

  private static ByteBuffer filled(int bytes) {
    ByteBuffer buffer = NativeBuffers.allocate(bytes);
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    buffer.put(0, noise);
    return buffer;
  }
}
