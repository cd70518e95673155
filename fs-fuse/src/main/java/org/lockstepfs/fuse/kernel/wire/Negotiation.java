package org.lockstepfs.fuse.kernel.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The outcome of INIT: what the kernel offered, cut down to what this side wants ({@code
 * fuse_init_in}, {@code fuse_init_out}).
 *
 * @param minor minor version that both sides speak from now on
 * @param maxReadahead bytes
 * @param flags capabilities in force, as {@link InitFlags} masks
 */
public record Negotiation(int minor, int maxReadahead, long flags) {
  /** The protocol's major version. */
  public static final int MAJOR = 7;

  /** The newest minor version whose structures are known here. */
  public static final int MINOR = 39;

  /** Oldest minor version served: flags2 and 64-byte INIT replies came before it. */
  public static final int OLDEST_MINOR = 31;

  /** Largest payload of a WRITE or READ, in bytes. */
  public static final int MAX_WRITE = 1 << 20;

  /** Length of an INIT reply without its header, in bytes. */
  public static final int REPLY_BYTES = 64;

  private static final int PAGE_BYTES = 4096;

  /** Asynchronous requests (readahead, asynchronous direct I/O) that the kernel keeps in flight. */
  private static final int MAX_BACKGROUND = 64;

  /**
   * What is asked for. EXPLICIT_INVAL_DATA, because cluster locks and not time stamps say when the
   * page cache is stale; DONT_MASK, because a default ACL replaces the umask; no ATOMIC_O_TRUNC, so
   * that O_TRUNC arrives as SETATTR; no DIRECT_IO_ALLOW_MMAP, so that a shared mapping of a file in
   * direct I/O is refused (ENODEV) rather than incoherent.
   */
  private static final long WANTED =
      InitFlags.maskOf(
          InitFlags.ASYNC_READ,
          InitFlags.POSIX_LOCKS,
          InitFlags.FLOCK_LOCKS,
          InitFlags.BIG_WRITES,
          InitFlags.DONT_MASK,
          InitFlags.PARALLEL_DIROPS,
          InitFlags.DO_READDIRPLUS,
          InitFlags.READDIRPLUS_AUTO,
          InitFlags.ASYNC_DIO,
          InitFlags.MAX_PAGES,
          InitFlags.ABORT_ERROR,
          InitFlags.HANDLE_KILLPRIV_V2,
          InitFlags.EXPLICIT_INVAL_DATA,
          InitFlags.INIT_EXT);

  /**
   * Reads an INIT request; an {@link IOException} names the version of a kernel that is too old.
   */
  public static Negotiation of(RequestView request) throws IOException {
    int major = request.u32(0);
    int minor = request.u32(4);
    if (major != MAJOR || minor < OLDEST_MINOR) {
      throw new IOException(
          "the kernel speaks FUSE "
              + major
              + "."
              + minor
              + ", "
              + MAJOR
              + "."
              + OLDEST_MINOR
              + " is needed");
    }
    long offered = Integer.toUnsignedLong(request.u32(12));
    if ((offered & InitFlags.INIT_EXT.mask()) != 0 && request.argumentBytes() >= 20) {
      offered |= (long) request.u32(16) << 32;
    }
    return new Negotiation(
        Math.min(minor, MINOR), Math.min(request.u32(8), MAX_WRITE), offered & WANTED);
  }

  /** Tells whether a capability is in force. */
  public boolean has(InitFlags flag) {
    return (flags & flag.mask()) != 0;
  }

  /** Writes the INIT reply at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer out, int at) {
    for (int i = 0; i < REPLY_BYTES; i += Long.BYTES) {
      out.putLong(at + i, 0);
    }
    out.putInt(at, MAJOR).putInt(at + 4, minor).putInt(at + 8, maxReadahead);
    out.putInt(at + 12, (int) flags);
    out.putShort(at + 16, (short) MAX_BACKGROUND)
        .putShort(at + 18, (short) (MAX_BACKGROUND * 3 / 4));
    out.putInt(at + 20, MAX_WRITE).putInt(at + 24, 1);
    out.putShort(at + 28, (short) (MAX_WRITE / PAGE_BYTES));
    out.putInt(at + 32, (int) (flags >>> 32));
    return REPLY_BYTES;
  }
}
