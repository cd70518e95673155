package org.lockstepfs.stack.plock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.locks.plock.PlockFraming;
import org.lockstepfs.locks.plock.PlockInfo;
import org.lockstepfs.stack.glue.PlockDaemon.VolumeLocks;
import org.lockstepfs.stack.glue.PosixLocks.Conflict;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Pending;
import org.lockstepfs.stack.glue.PosixLocks.Range;

/** A plock daemon at the socket: what it reads, what its results do, when it is turned away. */
@Timeout(20)
class ExternalPlocksTest {
  private static final String VOLUME = "77D95EF51C0149D2823674FCC162CF8B";
  private static final Owner P1 = new Owner(1, 101);
  private static final Owner P2 = new Owner(2, 102);
  private static final Range R = new Range(0, 9);

  @TempDir private Path dir;
  private ExternalPlocks plocks;
  private VolumeLocks locks;

  /** What the product, which only listens, does not bind. */
  public interface ClientCalls {
    int connect(int fd, long address, int length);
  }

  /** A client that sees records, not bytes. */
  private static final class Daemon implements AutoCloseable {
    private final int fd;
    private final ByteBuffer buffer = NativeBuffers.allocate(4096).order(ByteOrder.nativeOrder());
    private final long address = NativeBuffers.address(buffer);

    Daemon(Path socket) throws IOException {
      fd = (int) Native.call("socket", () -> Native.libc().socket(1, 5, 0));
      ByteBuffer name = NativeBuffers.allocate(110).order(ByteOrder.nativeOrder());
      name.putShort((short) 1).put(socket.toString().getBytes(StandardCharsets.UTF_8));
      ClientCalls calls = LibraryLoader.create(ClientCalls.class).load("c");
      Native.call("connect", () -> calls.connect(fd, NativeBuffers.address(name), 110));
    }

    /** Returns the next record, or null at the end of the connection. */
    PlockInfo read() throws IOException {
      long length = Math.max(0, Native.libc().read(fd, address, 4096));
      assertThat(length).isIn(0L, 64L);
      return length == 0
          ? null
          : PlockInfo.get(buffer.clear().limit(64).duplicate().order(order()));
    }

    private static ByteOrder order() {
      return ByteOrder.nativeOrder();
    }

    void write(byte[] bytes) throws IOException {
      buffer.clear().put(bytes);
      Native.call("write", () -> Native.libc().write(fd, address, bytes.length));
    }

    void answer(PlockInfo i, int rv) throws IOException {
      write(bytes(i, rv));
    }

    @Override
    public void close() throws IOException {
      Native.close(fd, "client");
    }
  }

  private static byte[] bytes(PlockInfo i, int rv) {
    PlockInfo result =
        new PlockInfo(
            i.op(),
            i.exclusive(),
            i.waits(),
            i.close(),
            i.pid(),
            i.node(),
            rv,
            i.fsid(),
            i.number(),
            i.start(),
            i.end(),
            i.owner());
    ByteBuffer out = ByteBuffer.allocate(PlockInfo.BYTES).order(ByteOrder.nativeOrder());
    result.put(out);
    return out.array();
  }

  @BeforeEach
  void listen() throws IOException {
    plocks = new ExternalPlocks(dir);
    locks = plocks.volume(VOLUME, 3);
  }

  @AfterEach
  void close() throws IOException {
    plocks.close();
    assertThat(dir).isEmptyDirectory();
  }

  private Daemon connect() throws IOException {
    return new Daemon(dir.resolve("dlm_plock"));
  }

  private CompletableFuture<Optional<Errno>> lock(Owner owner, boolean wait) {
    CompletableFuture<Optional<Errno>> done = new CompletableFuture<>();
    locks.lock(55, owner, R, true, wait, errno -> done.complete(Optional.ofNullable(errno)));
    return done;
  }

  private static Optional<Errno> get(CompletableFuture<Optional<Errno>> done) throws Exception {
    return done.get(10, TimeUnit.SECONDS);
  }

  @Test
  void onlyRootConnects() throws IOException {
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("dlm_plock"))))
        .isEqualTo("rw-------");
  }

  @Test
  void requestsWaitForADaemonAndEachReadIsOneRequest() throws Exception {
    CompletableFuture<Optional<Errno>> first = lock(P1, true);
    CompletableFuture<Optional<Errno>> second = lock(P2, false);
    assertThat(first).isNotDone();
    try (Daemon daemon = connect()) {
      PlockInfo one = daemon.read();
      PlockInfo two = daemon.read();
      assertThat(one)
          .isEqualTo(
              new PlockInfo(
                  one.op(),
                  true,
                  true,
                  false,
                  101,
                  3,
                  0,
                  PlockFraming.DLM_PLOCK.fsid(VOLUME),
                  55,
                  0,
                  9,
                  1));
      daemon.answer(two, -Errno.EAGAIN.intValue());
      assertThat(get(second)).contains(Errno.EAGAIN);
      assertThat(first).isNotDone();
      daemon.answer(one, 0);
      assertThat(get(first)).isEmpty();
    }
  }

  @Test
  void getTellsTheConflict() throws Exception {
    try (Daemon daemon = connect()) {
      CompletableFuture<Optional<Conflict>> found = new CompletableFuture<>();
      locks.test(55, P1, R, true, (errno, conflict) -> found.complete(conflict));
      PlockInfo i = daemon.read();
      PlockInfo other =
          new PlockInfo(i.op(), false, false, false, 9, 2, 1, i.fsid(), 55, 4, 20, 77);
      daemon.answer(other, 1);
      assertThat(found.get(10, TimeUnit.SECONDS))
          .contains(new Conflict(2, new Owner(77, 9), new Range(4, 20), false));
    }
  }

  @Test
  void anInterruptedWaiterIsUnlockedAndClosed() throws Exception {
    try (Daemon daemon = connect()) {
      CompletableFuture<Optional<Errno>> done = new CompletableFuture<>();
      Pending pending =
          locks.lock(55, P1, R, true, true, errno -> done.complete(Optional.ofNullable(errno)));
      daemon.read();
      pending.cancel();
      assertThat(get(done)).contains(Errno.EINTR);
      PlockInfo cleanUp = daemon.read();
      assertThat(cleanUp.close()).isTrue();
      assertThat(cleanUp.end()).isEqualTo(Long.MAX_VALUE);
    }
  }

  /** Clients of a file server share the owner value 0. */
  @Test
  void ownersThatAreNoProcessesAreToldApartByPid() throws Exception {
    try (Daemon daemon = connect()) {
      lock(new Owner(0, 7), false);
      lock(new Owner(0, 8), false);
      assertThat(daemon.read().owner()).isEqualTo(7);
      assertThat(daemon.read().owner()).isEqualTo(8);
    }
  }

  @Test
  void aWrongSizeEndsTheConnection() throws Exception {
    for (int size : new int[] {1, 63, 65, 128}) {
      CompletableFuture<Optional<Errno>> waiting = lock(P1, true);
      try (Daemon daemon = connect()) {
        PlockInfo request = daemon.read();
        byte[] result = java.util.Arrays.copyOf(bytes(request, 0), size);
        daemon.write(result);
        assertThat(daemon.read()).as("after %d bytes", size).isNull();
      }
      assertThat(waiting).as("after %d bytes", size).isNotDone();
      try (Daemon next = connect()) {
        next.answer(next.read(), -Errno.EDEADLK.intValue());
        assertThat(get(waiting)).contains(Errno.EDEADLK);
      }
    }
  }

  @Test
  void anotherVersionEndsTheConnection() throws Exception {
    lock(P1, true);
    try (Daemon daemon = connect()) {
      byte[] result = bytes(daemon.read(), 0);
      ByteBuffer.wrap(result).order(ByteOrder.nativeOrder()).putInt(4, 3);
      daemon.write(result);
      assertThat(daemon.read()).isNull();
    }
  }

  @Test
  void aSecondDaemonWaitsForTheFirstAThirdIsTurnedAway() throws Exception {
    Daemon first = connect();
    CompletableFuture<Optional<Errno>> done = lock(P1, false);
    first.answer(first.read(), 0);
    assertThat(get(done)).isEmpty();
    try (Daemon second = new Daemon(dir.resolve("dlm_plock"))) {
      try (Daemon third = new Daemon(dir.resolve("dlm_plock"))) {
        assertThat(third.read()).isNull();
      }
      first.close();
      assertThat(second.read().owner()).as("the lock that is held").isEqualTo(1);
    }
  }

  @Test
  void theOldFramingNumbersMountgroups() throws Exception {
    try (Daemon daemon = new Daemon(dir.resolve("lock_dlm_plock"))) {
      CompletableFuture<Optional<Errno>> done = lock(P1, false);
      PlockInfo request = daemon.read();
      assertThat(request.fsid()).isEqualTo(PlockFraming.LOCK_DLM_PLOCK.fsid(VOLUME));
      daemon.answer(request, 0);
      assertThat(get(done)).isEmpty();
    }
  }

  @Test
  void aVolumeThatIsLeftAnswersEverything() throws Exception {
    try (Daemon daemon = connect()) {
      CompletableFuture<Optional<Errno>> read = lock(P1, true);
      daemon.read();
      locks.leave();
      assertThat(get(read)).contains(Errno.EIO);
      assertThat(daemon.read().close()).isTrue();
    }
    CompletableFuture<Optional<Errno>> unread = lock(P2, true);
    locks.leave();
    assertThat(get(unread)).contains(Errno.EIO);
  }
}
