package org.lockstepfs.locks.o2dlm.message;

/**
 * Status of a {@link QueryJoin}: four bytes, in wire order code, DLM minor, fs minor, reserved.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmdomain.c, dlm_query_join_packet_to_wire.
 *
 * @param code the answer
 * @param dlmMinor minor version that the domain speaks; meaningful with {@link Code#OK} only
 * @param fsMinor minor version of the file system's protocol; likewise
 */
public record JoinReply(Code code, int dlmMinor, int fsMinor) {
  /** The answer; the ordinal is the value on the wire. */
  public enum Code {
    /** Not now. */
    DISALLOW,
    /** Yes, and I am a member. */
    OK,
    /** Yes, but I am no member. */
    OK_NO_MAP,
    /** Never: we speak different versions. */
    PROTOCOL_MISMATCH
  }

  /** A reply that carries no versions. */
  public static JoinReply of(Code code) {
    return new JoinReply(code, 0, 0);
  }

  /** Returns the status as o2net carries it, in host order. */
  public int toStatus() {
    return code.ordinal() << 24 | (dlmMinor & 0xff) << 16 | (fsMinor & 0xff) << 8;
  }

  /** Returns the reply of a status; an unknown code counts as DISALLOW. */
  public static JoinReply ofStatus(int status) {
    int code = status >>> 24;
    Code known = code < Code.values().length ? Code.values()[code] : Code.DISALLOW;
    return new JoinReply(known, status >>> 16 & 0xff, status >>> 8 & 0xff);
  }
}
