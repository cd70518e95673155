package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Replays the journal that a node left: its own after a crash, or a dead peer's.
 *
 * <p>The caller sees to it that nobody writes the journal meanwhile. Replay is idempotent: cut
 * short at any point it can simply run again. Source: Linux 6.1 fs/jbd2/recovery.c.
 */
public final class JournalReplay {
  /**
   * What a replay did.
   *
   * @param transactions complete transactions found in the log
   * @param blocks home blocks written
   * @param revoked logged copies that were skipped because the block had been freed
   */
  public record Result(int transactions, int blocks, int revoked) {}

  private final BlockDevice device;
  private final int blockSize;
  private final LogReader reader;
  private final LogScan scan;
  private int revoked;

  private JournalReplay(BlockDevice device, int blockSize, LogReader reader, LogScan scan) {
    this.device = device;
    this.blockSize = blockSize;
    this.reader = reader;
    this.scan = scan;
  }

  /**
   * Brings the volume to the state of the last complete transaction. Afterwards the home blocks are
   * durable, the log is empty, and its next transaction id is beyond anything the log has held.
   *
   * @param blockSize the volume's block size in bytes
   * @throws IOException if the log is damaged, has an unsupported feature, or I/O fails; nothing
   *     has been written if the log itself was at fault
   */
  public static Result replay(BlockDevice device, int blockSize, JournalMap map)
      throws IOException {
    JournalSuperblock superblock = LogFile.readSuperblock(device, blockSize, map);
    LogFile file = LogFile.open(device, blockSize, map, superblock);
    LogReader reader = new LogReader(file, LogRing.of(superblock));
    LogScan scan = LogScan.run(reader, superblock, device.name());
    JournalReplay replay = new JournalReplay(device, blockSize, reader, scan);
    Map<Long, LogScan.Copy> newest = replay.newestCopies();
    replay.writeHome(newest.values());
    if (superblock.start() != 0) {
      device.flush();
      superblock.setTail(scan.endTid() + 1, 0);
      file.write(0, superblock.contents());
      device.flush();
    }
    return new Result(scan.transactions(), newest.size(), replay.revoked);
  }

  /** Later copies replace earlier ones, so only the newest of each block need be written. */
  private Map<Long, LogScan.Copy> newestCopies() throws IOException {
    long volumeBlocks = device.size() / blockSize;
    Map<Long, LogScan.Copy> newest = new TreeMap<>();
    for (LogScan.Copy copy : scan.copies()) {
      if (copy.block() < 0 || copy.block() >= volumeBlocks) {
        throw new IOException(
            device.name()
                + (": transaction " + copy.tid() + " in the journal names block ")
                + (Long.toUnsignedString(copy.block()) + ", which the volume does not have"));
      }
      if (scan.isRevoked(copy)) {
        revoked++;
      } else {
        newest.put(copy.block(), copy);
      }
    }
    return newest;
  }

  private void writeHome(Collection<LogScan.Copy> copies) throws IOException {
    ByteBuffer home = NativeBuffers.allocate(blockSize);
    for (LogScan.Copy copy : copies) {
      home.clear().put(reader.block(copy.position()));
      if (copy.escaped()) {
        home.order(ByteOrder.BIG_ENDIAN).putInt(0, LogBlock.MAGIC);
      }
      device.write(copy.block() * blockSize, home.flip());
    }
  }
}
