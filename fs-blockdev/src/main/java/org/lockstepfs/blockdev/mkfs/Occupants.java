package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.Blocks;

/**
 * Recognises what must not be overwritten unasked: a mounted device, and a device on which some
 * file system, partition table or other well-known format begins.
 */
public final class Occupants {
  private static final int PROBED = 128 << 10;

  /**
   * A format by what stands at a fixed offset.
   *
   * @param name as the user knows it
   * @param offset bytes from the start of the device
   * @param magic what stands there, one character a byte
   */
  private record Magic(String name, int offset, String magic) {}

  private static final List<Magic> FORMATS =
      List.of(
          new Magic("an OCFS2 volume", 0x400, "OCFSV2"),
          new Magic("an OCFS2 volume", 0x800, "OCFSV2"),
          new Magic("an OCFS2 volume", 0x1000, "OCFSV2"),
          new Magic("an OCFS2 volume", 0x2000, "OCFSV2"),
          new Magic("an ext2, ext3 or ext4 file system", 0x438, hex("53EF")),
          new Magic("an XFS file system", 0, "XFSB"),
          new Magic("a btrfs file system", 0x10040, "_BHRfS_M"),
          new Magic("a GFS2 file system", 0x10000, hex("01161970")),
          new Magic("an F2FS file system", 0x400, hex("1020F5F2")),
          new Magic("an LVM physical volume", 0x200, "LABELONE"),
          new Magic("an LVM physical volume", 0, "LABELONE"),
          new Magic("a LUKS volume", 0, hex("4C554B53BABE")),
          new Magic("a Linux RAID member", 0x1000, hex("FC4E2BA9")),
          new Magic("an NTFS file system", 3, "NTFS    "),
          new Magic("a squashfs file system", 0, "hsqs"),
          new Magic("an ISO 9660 file system", 0x8001, "CD001"),
          new Magic("swap space", 0xFF6, "SWAPSPACE2"),
          new Magic("a GPT partition table", 0x200, "EFI PART"),
          new Magic("a partition table or boot sector", 0x1FE, hex("55AA")));

  private final Path mountInfo;
  private final Path blockDevices;

  /**
   * Creates a guard.
   *
   * @param mountInfo usually /proc/self/mountinfo
   * @param blockDevices usually /sys/block, asked for images behind loop devices
   */
  public Occupants(Path mountInfo, Path blockDevices) {
    this.mountInfo = mountInfo;
    this.blockDevices = blockDevices;
  }

  /** Returns the guard of the running system. */
  public static Occupants ofSystem() {
    return new Occupants(Path.of("/proc/self/mountinfo"), Path.of("/sys/block"));
  }

  /**
   * Refuses a device that is in use or holds something.
   *
   * @throws MkfsException naming what it is
   */
  void refuse(BlockDevice device) throws IOException {
    String mountPoint = mountPoint(device.name());
    if (mountPoint != null) {
      throw new MkfsException(device.name() + " is mounted on " + mountPoint);
    }
    String found = contents(device);
    if (found != null) {
      throw new MkfsException(device.name() + " holds " + found + "; overwrite it with --force");
    }
  }

  private static String hex(String digits) {
    return new String(HexFormat.of().parseHex(digits), StandardCharsets.ISO_8859_1);
  }

  private static String contents(BlockDevice device) throws IOException {
    int sector = device.sectorSize();
    int length = (int) Math.min(PROBED, device.size() / sector * sector);
    ByteBuffer head = Blocks.allocate(length);
    device.read(0, head);
    for (Magic format : FORMATS) {
      if (matches(head, format)) {
        return format.name();
      }
    }
    return null;
  }

  private static boolean matches(ByteBuffer head, Magic format) {
    byte[] magic = format.magic().getBytes(StandardCharsets.ISO_8859_1);
    if (format.offset() + magic.length > head.capacity()) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (head.get(format.offset() + i) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns where the device, or a loop device over the image, is mounted; null if nowhere. */
  private String mountPoint(String device) throws IOException {
    List<String> names = namesOf(device);
    if (!Files.isReadable(mountInfo)) {
      return null;
    }
    for (String line : Files.readAllLines(mountInfo)) {
      int separator = line.indexOf(" - ");
      String[] before = line.split(" ");
      if (separator < 0 || before.length < 5) {
        continue;
      }
      String[] after = line.substring(separator + 3).split(" ");
      if (after.length >= 2 && names.contains(after[1])) {
        return before[4];
      }
    }
    return null;
  }

  private List<String> namesOf(String device) throws IOException {
    List<String> names = new ArrayList<>(List.of(device));
    Path path = Path.of(device);
    if (Files.exists(path)) {
      path = path.toRealPath();
      names.add(path.toString());
    }
    if (!Files.isDirectory(blockDevices)) {
      return names;
    }
    try (Stream<Path> devices = Files.list(blockDevices)) {
      for (Path candidate : (Iterable<Path>) devices::iterator) {
        Path backing = candidate.resolve("loop/backing_file");
        if (Files.isReadable(backing)
            && Files.readString(backing).strip().equals(path.toString())) {
          names.add("/dev/" + candidate.getFileName());
        }
      }
    }
    return names;
  }
}
