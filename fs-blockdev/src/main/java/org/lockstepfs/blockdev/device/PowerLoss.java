package org.lockstepfs.blockdev.device;

import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a disk may do to the writes that it had completed but not flushed when the power failed.
 *
 * <p>Each write is lost, survives whole, or survives in part, sector by sector, independently of
 * the others; so the surviving set may hold a later write without an earlier one, which is all that
 * reordering can show. A sector itself is never torn, and of two writes to one sector the earlier
 * never replaces the later. This is what the SCSI and NVMe standards let a volatile write cache do.
 */
final class PowerLoss {
  private PowerLoss() {}

  /** Applies to {@code device} what survives of {@code unflushed}, oldest first. */
  static void strike(BlockDevice device, List<DiskWrite> unflushed, RandomGenerator random)
      throws IOException {
    // Some crashes lose nearly nothing and some nearly everything: the interesting ends.
    double survival = random.nextDouble();
    for (DiskWrite write : unflushed) {
      if (random.nextInt(4) == 0) {
        strikeSectors(device, write, survival, random);
      } else if (random.nextDouble() < survival) {
        write.apply(device);
      }
    }
  }

  private static void strikeSectors(
      BlockDevice device, DiskWrite write, double survival, RandomGenerator random)
      throws IOException {
    for (int at = 0; at < write.bytes.length; at += device.sectorSize()) {
      if (random.nextDouble() < survival) {
        write.applySector(device, at);
      }
    }
  }
}
