package org.lockstepfs.locks.plock;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The two ways in which plock daemons have talked to kernels. Both number a volume by a checksum of
 * its name, under different prefixes.
 *
 * <p>Source: Linux 6.1 include/uapi/linux/dlm_plock.h; Linux 2.6.24 include/linux/lock_dlm_plock.h;
 * dlm_controld's and gfs_controld's numbering of lockspaces and mountgroups.
 */
public enum PlockFraming {
  /** {@code dlm_plock}, version 1.2: fsid is the lockspace's id. */
  DLM_PLOCK("dlm:ls:", 2),
  /**
   * {@code lock_dlm_plock}, version 1.1: fsid is the mountgroup's id, and there is padding where
   * the flags are now, so that an unlock by close is an unlock like any other.
   */
  LOCK_DLM_PLOCK("gfs:mount:", 1);

  private final String prefix;
  private final int minor;

  PlockFraming(String prefix, int minor) {
    this.prefix = prefix;
    this.minor = minor;
  }

  /** Returns whether an unlock says that the owner closed the file, and gets no answer then. */
  boolean tellsClose() {
    return this == DLM_PLOCK;
  }

  /** Returns how this framing numbers a volume. */
  public int fsid(String volume) {
    CRC32 crc = new CRC32();
    crc.update((prefix + volume + '\0').getBytes(StandardCharsets.US_ASCII));
    return (int) crc.getValue();
  }

  /** Translates the records of some volumes, which {@link #DLM_PLOCK} numbers among ourselves. */
  public static final class Translator {
    private final Map<Integer, Map<PlockFraming, Integer>> theirs = new HashMap<>();
    private final Map<PlockFraming, Map<Integer, Integer>> ours = new HashMap<>();

    /** Makes a volume known; it stays so. */
    public void add(String volume) {
      int id = DLM_PLOCK.fsid(volume);
      for (PlockFraming framing : values()) {
        int fsid = framing.fsid(volume);
        theirs.computeIfAbsent(id, i -> new HashMap<>()).put(framing, fsid);
        ours.computeIfAbsent(framing, f -> new HashMap<>()).put(fsid, id);
      }
    }

    /** Writes a request at the buffer's position. */
    public void put(PlockInfo request, PlockFraming framing, ByteBuffer out) {
      int fsid = theirs.get(request.fsid()).get(framing);
      boolean close = request.close() && framing.tellsClose();
      request.withFsid(fsid).put(out, framing.minor, close ? 1 : 0);
    }

    /**
     * Reads a result.
     *
     * @throws IOException if it is no record of this framing's version, or a value is out of range
     */
    public PlockInfo get(PlockFraming framing, ByteBuffer in) throws IOException {
      PlockInfo result = PlockInfo.get(in);
      Integer id = ours.getOrDefault(framing, Map.of()).get(result.fsid());
      return id == null ? result : result.withFsid(id);
    }
  }
}
