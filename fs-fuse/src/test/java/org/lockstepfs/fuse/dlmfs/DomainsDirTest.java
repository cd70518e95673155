package org.lockstepfs.fuse.dlmfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.ctl.Dir;
import org.lockstepfs.fuse.ctl.Entry.Access;
import org.lockstepfs.fuse.ctl.Leaf;
import org.lockstepfs.fuse.ctl.Leaf.OpenMode;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackGlue;

/** Lock files over a cluster that grants everything, or refuses to. */
@Timeout(20)
class DomainsDirTest {
  private static final OpenMode READ = new OpenMode(false, false, false);
  private static final OpenMode WRITE = new OpenMode(true, false, false);
  private static final OpenMode TRY = new OpenMode(true, true, false);
  private static final OpenMode APPEND = new OpenMode(true, false, true);
  private static final Access ROOT = Access.root(0);

  /** A cluster of this node alone, and of somebody who holds or wants what the test says. */
  private static final class Cluster implements StackGlue, ClusterConnection {
    private LockingProtocol protocol;
    private Lksb last;
    private boolean heldElsewhere;
    private boolean connected;
    private Errno refusal;

    @Override
    public ClusterConnection connect(
        VolumeIdentity volume, HeartbeatRegion region, LockingProtocol p, RecoveryHandler r) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ClusterConnection connectAgnostic(String domain, LockingProtocol p, RecoveryHandler r)
        throws IOException {
      if (refusal != null) {
        throw new ErrnoException(refusal, "no");
      }
      protocol = p;
      connected = true;
      return this;
    }

    @Override
    public Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int thisNode() {
      return 1;
    }

    @Override
    public ProtocolVersion protocolVersion() {
      return ProtocolVersion.OCFS2;
    }

    @Override
    public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name) {
      last = lksb;
      boolean stronger = mode != LockMode.NL;
      if (heldElsewhere && stronger && !flags.contains(LockFlag.NOQUEUE)) {
        return;
      }
      lksb.status(heldElsewhere && stronger ? Errno.EAGAIN : null);
      protocol.lockAst(lksb);
    }

    @Override
    public void unlock(Lksb lksb, Set<LockFlag> flags) {
      if (flags.contains(LockFlag.CANCEL)) {
        lksb.status(Errno.ECANCELED);
      }
      protocol.unlockAst(lksb, null);
    }

    @Override
    public Optional<PosixLocks> posixLocks() {
      return Optional.empty();
    }

    @Override
    public String dump(Lksb lksb) {
      return "";
    }

    @Override
    public void disconnect() {
      connected = false;
    }
  }

  private final Cluster cluster = new Cluster();
  private final DomainsDir top = new DomainsDir(cluster);

  private Leaf lock(String name) throws IOException {
    if (top.child("d") == null) {
      top.makeDir("d", ROOT);
    }
    Dir domain = (Dir) top.child("d");
    if (domain.child(name) == null) {
      domain.makeFile(name, ROOT);
    }
    return (Leaf) domain.child(name);
  }

  private static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void capabilitiesAreTheKernels() throws IOException {
    Leaf file = (Leaf) top.child("capabilities");
    assertThat(file.open(READ, () -> false).read()).isEqualTo(bytes("bast stackglue\n"));
  }

  @Test
  void aValueHas64BytesAndIsWrittenInPlace() throws IOException {
    try (var open = closing(lock("l").open(WRITE, () -> false))) {
      assertThat(open.file().write(bytes("hello"), 0)).isEqualTo(5);
      assertThat(open.file().write(bytes("LO"), 3)).isEqualTo(2);
      assertThat(open.file().write(new byte[10], 60)).isEqualTo(4);
      assertRefused(Errno.ENOSPC, () -> open.file().write(new byte[1], 64));
      assertThat(open.file().read()).hasSize(64).startsWith(bytes("helLO"));
    }
    try (var open = closing(lock("l").open(APPEND, () -> false))) {
      assertThat(open.file().write(bytes("a"), 64)).isEqualTo(1);
      assertThat(open.file().write(bytes("b"), 65)).isEqualTo(1);
      assertThat(open.file().read()).startsWith(bytes("ablLO"));
    }
  }

  private record Closing(Leaf.Open file) implements AutoCloseable {
    @Override
    public void close() {
      file.close();
    }
  }

  private static Closing closing(Leaf.Open file) {
    return new Closing(file);
  }

  @Test
  void whatIsHeldStays() throws IOException {
    Leaf.Open open = lock("l").open(READ, () -> false);
    Dir domain = (Dir) top.child("d");
    assertRefused(Errno.EBUSY, () -> domain.removeFile("l"));
    assertRefused(Errno.ENOTEMPTY, () -> top.removeDir("d"));
    assertThatThrownBy(() -> top.leaveAll(false))
        .isInstanceOf(ControlException.class)
        .hasMessage("lock l of lock domain d is in use");
    assertThat(cluster.connected).isTrue();
    open.close();
    domain.removeFile("l");
    top.removeDir("d");
    assertThat(cluster.connected).isFalse();
    assertThat(top.names()).containsExactly("capabilities");
  }

  @Test
  void byForceEverythingIsLeft() throws IOException {
    Leaf.Open open = lock("l").open(WRITE, () -> false);
    top.leaveAll(true);
    assertThat(cluster.connected).isFalse();
    open.close();
  }

  @Test
  void aTryThatWouldHaveToWaitSaysSo() throws IOException {
    Leaf lock = lock("l");
    cluster.heldElsewhere = true;
    assertRefused(Errno.ETXTBSY, () -> lock.open(TRY, () -> false));
    cluster.heldElsewhere = false;
    lock.open(TRY, () -> false).close();
  }

  /** Fault: a killed process leaves a request behind that is granted to nobody. */
  @Test
  void aSignalEndsTheWait() throws IOException {
    Leaf lock = lock("l");
    cluster.heldElsewhere = true;
    AtomicInteger asked = new AtomicInteger();
    assertRefused(Errno.EINTR, () -> lock.open(WRITE, () -> asked.incrementAndGet() > 2));
    cluster.heldElsewhere = false;
    lock.open(WRITE, () -> false).close();
    ((Dir) top.child("d")).removeFile("l");
  }

  @Test
  void theHolderHearsOfWhoWaits() throws IOException {
    Leaf.Open open = lock("l").open(WRITE, () -> false);
    AtomicInteger woken = new AtomicInteger();
    open.whenReadable(woken::incrementAndGet);
    assertThat(open.readable()).isFalse();
    cluster.protocol.blockingAst(cluster.last, LockMode.EX);
    assertThat(open.readable()).isTrue();
    assertThat(woken).hasValue(1);
    open.close();
    Leaf.Open again = lock("l").open(WRITE, () -> false);
    assertThat(again.readable()).isFalse();
    again.close();
  }

  @Test
  void namesAreCheckedAsTheKernelDoes() throws IOException {
    assertRefused(Errno.EINVAL, () -> top.makeDir("x".repeat(64), ROOT));
    assertRefused(Errno.EINVAL, () -> lock("x".repeat(32)));
    assertRefused(Errno.EINVAL, () -> lock("$RECOVERY"));
    assertThat(lock("x".repeat(31)).size()).isEqualTo(64);
  }

  @Test
  void aRefusedJoinLeavesNoDirectory() {
    cluster.refusal = Errno.ENOTCONN;
    assertRefused(Errno.ENOTCONN, () -> top.makeDir("d", ROOT));
    assertThat(top.child("d")).isNull();
  }
}
