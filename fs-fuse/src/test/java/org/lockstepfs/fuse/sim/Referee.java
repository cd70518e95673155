package org.lockstepfs.fuse.sim;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Knows what the metadata has to be: whoever held EX last wrote the latest version; if that life is
 * over, what it had committed counts, and never less than what an fsync promised.
 */
final class Referee {
  private final long[] latest;
  private final long[] landed;
  private final long[] durable;
  private final FileSystem[] writers;
  private long lastVersion;
  int reads;
  int writes;

  Referee(int inodes) {
    latest = new long[inodes];
    landed = new long[inodes];
    durable = new long[inodes];
    writers = new FileSystem[inodes];
  }

  void check(boolean condition, Supplier<String> what) {
    if (!condition) {
      throw new AssertionError(what.get());
    }
  }

  /** A write under EX begins, on top of the version that the writer knows. */
  long write(FileSystem writer, int inode, long known) {
    read(writer, inode, known, "writes on top of");
    writes++;
    writers[inode] = writer;
    latest[inode] = ++lastVersion;
    return lastVersion;
  }

  /** A node takes a version for the present one. */
  void read(FileSystem reader, int inode, long version, String how) {
    long expected = expected(inode);
    reads++;
    check(
        version == expected,
        () ->
            reader
                + " "
                + how
                + " version "
                + version
                + " of inode "
                + inode
                + ", not "
                + expected);
    latest[inode] = expected;
  }

  private long expected(int inode) {
    FileSystem writer = writers[inode];
    if (writer != null && !writer.mayAct()) {
      writers[inode] = null;
      latest[inode] = landed[inode];
    }
    return latest[inode];
  }

  void committed(SimDisk.Transaction transaction) {
    transaction.blocks().forEach((inode, v) -> landed[inode] = Math.max(landed[inode], v));
  }

  /** An fsync returned. */
  void promised(int inode, long version) {
    durable[inode] = Math.max(durable[inode], version);
    check(
        landed[inode] >= version,
        () -> "fsync of inode " + inode + " returned before version " + version + " was committed");
  }

  /** Compares the disk, journals replayed, with what it has to hold. */
  void checkAtRest(SimDisk disk) {
    long[] now = disk.replayed();
    for (int i = 0; i < now.length; i++) {
      long expected = expected(i);
      int inode = i;
      check(
          now[i] == expected && now[i] >= durable[i],
          () ->
              "inode "
                  + inode
                  + " ends with "
                  + Arrays.toString(now)
                  + ", expected "
                  + expected
                  + ", promised "
                  + durable[inode]);
    }
  }
}
