package org.lockstepfs.fuse.kernel.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;

/**
 * Prints requests and replies for the debug log, one line each; never fails, however odd the bytes.
 */
public final class FusePrinter {
  private FusePrinter() {}

  /** Prints a request: its number, operation, node, arguments and caller. */
  public static String request(RequestView rq) {
    StringBuilder line = new StringBuilder(96);
    line.append("rx ").append(rq.unique()).append(": ").append(rq.opcode());
    if (rq.opcode() == Opcode.UNKNOWN) {
      line.append('(').append(rq.opcodeNumber()).append(')');
    }
    line.append(" n").append(rq.nodeId()).append(" {");
    try {
      arguments(line, rq);
    } catch (IOException e) {
      line.append(e.getMessage());
    }
    line.append("} ").append(rq.argumentBytes()).append("b u").append(rq.uid());
    return line.append(" g").append(rq.gid()).append(" p").append(rq.pid()).toString();
  }

  /**
   * Prints a reply.
   *
   * @param error 0, or an errno
   * @param bytes length behind the header
   */
  public static String reply(long unique, Opcode op, int error, int bytes) {
    String outcome = error == 0 ? "OK" : Errno.valueOf(error).name();
    return "tx " + unique + ": " + op + " " + outcome + ", " + bytes + "b";
  }

  private static void arguments(StringBuilder line, RequestView rq) throws IOException {
    switch (rq.opcode()) {
      case LOOKUP, UNLINK, RMDIR, REMOVEXATTR -> name(line, rq, 0);
      case SYMLINK, RENAME, RENAME2, LINK, MKNOD, MKDIR, CREATE -> namespace(line, rq);
      case FORGET -> line.append("nlookup ").append(rq.u64(0));
      case BATCH_FORGET -> line.append("count ").append(rq.u32(0));
      case INTERRUPT -> line.append("of ").append(rq.u64(0));
      case INIT ->
          line.append(rq.u32(0))
              .append('.')
              .append(rq.u32(4))
              .append(' ')
              .append(InitFlags.in(Integer.toUnsignedLong(rq.u32(12))));
      case GETLK, SETLK, SETLKW -> lock(line, rq);
      case SETATTR ->
          line.append("valid 0x")
              .append(Integer.toHexString(rq.u32(0)))
              .append(" size ")
              .append(rq.u64(16))
              .append(" mode 0")
              .append(Integer.toOctalString(rq.u32(68)));
      default -> file(line, rq);
    }
  }

  private static void namespace(StringBuilder line, RequestView rq) throws IOException {
    switch (rq.opcode()) {
      case SYMLINK -> twoNames(line, rq, 0);
      case RENAME -> twoNames(line.append("to n").append(rq.u64(0)).append(' '), rq, 8);
      case RENAME2 ->
          twoNames(
              line.append("to n").append(rq.u64(0)).append(" flags ").append(rq.u32(8)).append(' '),
              rq,
              16);
      case LINK -> name(line.append('n').append(rq.u64(0)).append(" as "), rq, 8);
      case CREATE -> {
        line.append("flags 0x").append(Integer.toHexString(rq.u32(0)));
        mode(line, rq.u32(4), rq.u32(8));
        name(line, rq, 16);
      }
      case MKNOD -> {
        mode(line, rq.u32(0), rq.u32(8));
        name(line, rq, 16);
      }
      default -> {
        mode(line, rq.u32(0), rq.u32(4));
        name(line, rq, 8);
      }
    }
  }

  private static void file(StringBuilder line, RequestView rq) {
    switch (rq.opcode()) {
      case OPEN, OPENDIR -> line.append("flags 0x").append(Integer.toHexString(rq.u32(0)));
      case READ, WRITE, READDIR, READDIRPLUS ->
          fh(line, rq)
              .append(" [")
              .append(rq.u64(8))
              .append(" +")
              .append(rq.u32(16))
              .append(") flags 0x")
              .append(Integer.toHexString(rq.u32(32)));
      case RELEASE, RELEASEDIR ->
          owner(fh(line, rq).append(" flags ").append(rq.u32(12)), rq.u64(16));
      case FLUSH -> owner(fh(line, rq), rq.u64(16));
      case FSYNC, FSYNCDIR -> fh(line, rq).append(" flags ").append(rq.u32(8));
      case FALLOCATE ->
          fh(line, rq)
              .append(" [")
              .append(rq.u64(8))
              .append(" +")
              .append(rq.u64(16))
              .append(") mode ")
              .append(rq.u32(24));
      case LSEEK ->
          fh(line, rq).append(" off ").append(rq.u64(8)).append(" whence ").append(rq.u32(16));
      default -> {}
    }
  }

  private static void lock(StringBuilder line, RequestView rq) throws IOException {
    fh(line, rq).append(LockCodec.isFlock(rq) ? " flock " : " posix ");
    line.append(LockCodec.lock(rq).type())
        .append(" [")
        .append(rq.u64(16))
        .append("..")
        .append(rq.u64(24));
    owner(line.append("] pid ").append(rq.u32(36)), rq.u64(8));
  }

  private static StringBuilder fh(StringBuilder line, RequestView rq) {
    return line.append("fh ").append(rq.u64(0));
  }

  private static void owner(StringBuilder line, long owner) {
    line.append(" owner ").append(Long.toHexString(owner));
  }

  private static void mode(StringBuilder line, int mode, int umask) {
    line.append(" mode 0").append(Integer.toOctalString(mode));
    line.append(" umask 0").append(Integer.toOctalString(umask)).append(' ');
  }

  private static void name(StringBuilder line, RequestView rq, int offset) throws IOException {
    line.append('"').append(new String(rq.string(offset), StandardCharsets.UTF_8)).append('"');
  }

  private static void twoNames(StringBuilder line, RequestView rq, int offset) throws IOException {
    name(line, rq, offset);
    name(line.append(" -> "), rq, offset + rq.string(offset).length + 1);
  }
}
