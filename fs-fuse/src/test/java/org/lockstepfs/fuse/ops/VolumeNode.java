package org.lockstepfs.fuse.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.fuse.dlmglue.FakeDlm;
import org.lockstepfs.fuse.file.FileReader;
import org.lockstepfs.fuse.file.FileWriter;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.volume.MountOptions;
import org.lockstepfs.fuse.volume.MountedVolume;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.LockingProtocol;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackGlue;
import org.lockstepfs.stack.plock.LocalPosixLocks;

/** A node that has a volume mounted, and two programs on it. */
final class VolumeNode {
  private static final Name LOG = Name.of("log");
  private static final int PROGRESS_LIMIT_MS = 30_000;
  private static final AtomicInteger LIVES = new AtomicInteger();

  private final int number;
  private final int life = LIVES.incrementAndGet();
  private final FakeDlm dlm;
  private final MortalDevice device;
  private final MountedVolume mounted;
  private final Volume volume;
  private final NamespaceOps names;
  private final FileOps files;
  private final FileReader reader;
  private final Inode log;
  private final Set<String> synced = ConcurrentHashMap.newKeySet();
  private final AtomicInteger appended = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean working;
  private volatile boolean dead;
  private volatile IOException failure;

  /** Mounts; the first node makes the file. */
  VolumeNode(int number, BlockDevice disk, FakeDlm dlm, ScheduledExecutorService timer)
      throws IOException {
    this.number = number;
    this.dlm = dlm;
    this.device = new MortalDevice(disk, number + "." + life);
    this.mounted =
        MountedVolume.mountShared(
            device, new MountOptions(false, false), Clock.systemUTC(), glue(timer));
    this.volume = mounted.volume();
    this.names = new NamespaceOps(volume, new InodeMaker(volume, volume.dataPath()));
    this.reader = new FileReader(volume.geometry(), volume.dataPath());
    FileWriter writer = new FileWriter(volume, volume.dataPath(), volume.space());
    this.files = new FileOps(volume, reader, writer, volume.space());
    this.log = life == 1 ? create(LOG) : names.lookup(volume.root(), LOG);
  }

  private Inode create(Name name) throws IOException {
    return names.create(LocalVolumeTest.ROOT_USER, volume.root(), name, 0100644, 0, null);
  }

  private StackGlue glue(ScheduledExecutorService timer) {
    return new StackGlue() {
      @Override
      public ClusterConnection connect(
          VolumeIdentity identity,
          HeartbeatRegion region,
          LockingProtocol protocol,
          RecoveryHandler recovery) {
        return dlm.connect(number, protocol, recovery, new LocalPosixLocks(timer));
      }

      @Override
      public ClusterConnection connectAgnostic(
          String domain, LockingProtocol protocol, RecoveryHandler recovery) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Closeable heartbeat(VolumeIdentity identity, HeartbeatRegion region) {
        throw new UnsupportedOperationException();
      }
    };
  }

  int number() {
    return number;
  }

  /** Returns the records that are durable. */
  Set<String> synced() {
    return synced;
  }

  /** Answers for the records of an earlier life, too. */
  void inherit(Collection<String> records) {
    synced.addAll(records);
  }

  /** Lets the programs run. */
  void work() {
    working = true;
    start(this::append);
    start(this::churn);
  }

  private interface Step {
    void run() throws IOException;
  }

  private void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (working) {
                  step.run();
                }
              } catch (IOException e) {
                if (!dead) {
                  failure = e;
                }
              }
            },
            "program on " + number + "." + life);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void append() throws IOException {
    String record = number + "-" + life + "-" + appended.get();
    byte[] line = (record + "\n").getBytes(StandardCharsets.US_ASCII);
    assertThat(files.write(log, 0, ByteBuffer.wrap(line), true, false)).isEqualTo(line.length);
    files.fsync(log);
    synced.add(record);
    appended.incrementAndGet();
  }

  private void churn() throws IOException {
    Name name = Name.of("f" + number + "-" + life);
    Inode file = create(name);
    files.write(file, 0, ByteBuffer.wrap(new byte[5_000]), false, false);
    volume.inodes().put(file, 1);
    names.remove(volume.root(), name, false);
  }

  /** Waits until the program has appended a few more records. */
  void awaitProgress() throws Exception {
    int from = appended.get();
    for (int waited = 0; appended.get() < from + 3; waited++) {
      assertAlive();
      assertThat(waited)
          .as("ms until node %d goes on%n%s", number, new StackTraces())
          .isLessThan(PROGRESS_LIMIT_MS);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private void assertAlive() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Stops the programs. */
  void rest() throws Exception {
    working = false;
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
    assertAlive();
  }

  /** Stops at once, whatever it is doing. */
  void die() {
    dead = true;
    working = false;
    device.die();
    dlm.stop(number);
  }

  /** The others learn of the death. */
  void bury() {
    dlm.bury(number);
  }

  String readLog() throws IOException {
    int size;
    try (Held held = log.lock(LockMode.PR)) {
      size = (int) log.attrs().size;
    }
    ByteBuffer contents = ByteBuffer.allocate(size);
    files.read(log, 0, contents);
    return StandardCharsets.ISO_8859_1.decode(contents).toString();
  }

  /** Empties the file. */
  void forget() throws IOException {
    try (Held held = log.lock(LockMode.EX)) {
      volume.space().truncate(log, 0);
    }
  }

  /** Unmounts. */
  void close() throws IOException {
    volume.inodes().put(log, 1);
    mounted.close();
  }
}
