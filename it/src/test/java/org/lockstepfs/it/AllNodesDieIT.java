package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every node dies before it has brought home what its journal holds. */
class AllNodesDieIT {
  private static final int FILE_BYTES = 1 << 20;

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Stack.class)
  @Timeout(300)
  void theFirstToComeBackReplaysAllJournalsBeforeItTrustsTheDisk(Stack stack) throws Exception {
    try (Pair pair = new Pair(dir, stack)) {
      byte[] ofA = write(pair.onA().resolve("a"), 1);
      byte[] ofB = write(pair.onB().resolve("b"), 2);
      pair.a().kill();
      pair.b().kill();
      // fsck.ocfs2 looks at nothing while there are dead mount points.
      Sh.run("umount", "--lazy", pair.onB().toString()).ok();
      Sh.run("umount", "--lazy", pair.b().controlFiles().toString()).ok();

      pair.a().mount(pair.image().device(), pair.onA());
      byte[] later = write(pair.onA().resolve("later"), 3);
      assertThat(Files.readAllBytes(pair.onA().resolve("a"))).isEqualTo(ofA);
      assertThat(Files.readAllBytes(pair.onA().resolve("b"))).isEqualTo(ofB);
      assertThat(Files.readAllBytes(pair.onA().resolve("later"))).isEqualTo(later);
      pair.a().umount(pair.onA());
      pair.image().assertClean();
    }
  }

  private static byte[] write(Path file, int seed) throws IOException {
    byte[] data = new byte[FILE_BYTES];
    new Random(seed).nextBytes(data);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(data));
      out.force(true);
    }
    return data;
  }
}
