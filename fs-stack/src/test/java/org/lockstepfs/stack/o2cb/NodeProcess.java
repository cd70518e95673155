package org.lockstepfs.stack.o2cb;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.fence.Fence;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Range;
import org.lockstepfs.stack.glue.ProtocolVersion;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.glue.StackGlue.VolumeIdentity;
import org.lockstepfs.stack.glue.Stacks;

/**
 * A node as a process of its own, for tests: joins with everything that a real node uses, then does
 * what its standard input says, a line each, and answers with a line each.
 */
final class NodeProcess implements LockingProtocol {
  private static final int BLOCK_SIZE = 4096;
  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  private final BlockingQueue<String> asts = new LinkedBlockingQueue<>();
  private final Stacks stacks;
  private final ClusterConnection connection;
  private final DirectDevice device;
  private Lksb held;
  private static volatile Thread writer;

  /** Exit code of a fenced process. */
  static final int FENCED = 75;

  private static final class ExitingFence implements Fence {
    @Override
    public void cutOff(String reason) {
      System.out.println("fenced: " + reason);
      awaitHammer();
    }

    @Override
    public void halt() {
      Runtime.getRuntime().halt(FENCED);
    }
  }

  /** Arguments: configuration, node name, image file. */
  public static void main(String[] args) {
    try {
      run(args);
      System.exit(0);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(String[] args) throws Exception {
    long begun = System.nanoTime();
    NodeProcess node = new NodeProcess(Path.of(args[0]), args[1], args[2]);
    System.out.println("joined " + (System.nanoTime() - begun) / 1_000_000);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(node.obey(line.split(" ", -1)));
    }
  }

  private NodeProcess(Path config, String name, String image) throws IOException {
    SelfFence fence = new SelfFence(new ExitingFence(), System::nanoTime);
    fence.start();
    stacks =
        new Stacks(
            new StackEnvironment(
                name,
                config,
                "fast",
                MembershipSource.HAZELCAST,
                new SimpleMeterRegistry(),
                fence));
    device = DirectDevice.open(image, false, fence);
    HeartbeatRegion region = new HeartbeatRegion(device, 1, BLOCK_SIZE, 8);
    VolumeIdentity volume = new VolumeIdentity(TestNode.UUID, "vol", "o2cb", "test", image);
    connection = stacks.connect(volume, region, this, RecoveryHandler.NONE);
  }

  private String obey(String[] words) throws Exception {
    return switch (words[0]) {
      case "lock" -> lock(words[1], LockMode.valueOf(words[2]));
      case "unlock" -> unlock();
      case "plock" -> plock(Long.parseLong(words[1]));
      case "contend" -> contend(Long.parseLong(words[1]), Integer.parseInt(words[2]));
      case "members" -> stacks.status().volumes().get(0).members().toString();
      case "hammer" -> hammer(Long.parseLong(words[1]));
      case "leave" -> leave();
      default -> "what is " + words[0];
    };
  }

  /** Lets the writer say that it was refused before the process ends. */
  private static void awaitHammer() {
    try {
      if (writer != null) {
        writer.join(1_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes a counter to a place on the disk, again and again, until that is refused. */
  private String hammer(long offset) {
    writer =
        new Thread(
            () -> {
              ByteBuffer block = ByteBuffer.allocate(BLOCK_SIZE);
              try {
                for (long i = 0; ; i++) {
                  device.write(offset, block.clear().putLong(0, i));
                }
              } catch (IOException e) {
                System.out.println("refused, " + e.getMessage());
              }
            });
    writer.setDaemon(true);
    writer.start();
    return "hammering";
  }

  private String lock(String name, LockMode mode) throws Exception {
    held = new Lksb(name);
    connection.lock(mode, held, Set.of(), LockId.of(name));
    return next();
  }

  private String unlock() throws Exception {
    connection.unlock(held, Set.of());
    return next();
  }

  private String next() throws InterruptedException {
    String event = asts.poll(30, TimeUnit.SECONDS);
    return event == null ? "nothing" : event;
  }

  private String plock(long inode) throws InterruptedException {
    BlockingQueue<String> done = new LinkedBlockingQueue<>();
    connection
        .posixLocks()
        .orElseThrow()
        .lock(inode, new Owner(1, 1), ALL, true, true, e -> done.add(e == null ? "ok" : e.name()));
    String event = done.poll(30, TimeUnit.SECONDS);
    return event == null ? "nothing" : event;
  }

  /**
   * Walks round three bytes, always taking the next before freeing the last, as ctdb's ping_pong
   * does: two processes that do so take turns.
   */
  private String contend(long inode, int rounds) throws InterruptedException {
    PosixLocks locks = connection.posixLocks().orElseThrow();
    Owner owner = new Owner(1, 1);
    BlockingQueue<Long> done = new LinkedBlockingQueue<>();
    long[] nanos = new long[rounds];
    locks.lock(inode, owner, new Range(0, 0), true, true, e -> done.add(System.nanoTime()));
    done.take();
    for (int i = 0; i < rounds; i++) {
      Range last = new Range(i % 3, i % 3);
      Range next = new Range((i + 1) % 3, (i + 1) % 3);
      long begun = System.nanoTime();
      locks.lock(inode, owner, next, true, true, e -> done.add(System.nanoTime()));
      nanos[i] = done.take() - begun;
      locks.unlock(inode, owner, last, e -> {});
    }
    locks.close(inode, owner, e -> {});
    Arrays.sort(nanos, rounds / 2, rounds);
    return "median " + nanos[rounds / 2 + rounds / 4] / 1_000;
  }

  private String leave() throws IOException {
    connection.disconnect();
    stacks.close();
    return "left";
  }

  @Override
  public ProtocolVersion maxVersion() {
    return ProtocolVersion.OCFS2;
  }

  @Override
  public void lockAst(Lksb lksb) {
    asts.add(lksb.status() == null ? "ast" : lksb.status().name());
  }

  @Override
  public void blockingAst(Lksb lksb, LockMode wanted) {}

  @Override
  public void unlockAst(Lksb lksb, Errno error) {
    asts.add(error == null ? "unlocked" : error.name());
  }
}
