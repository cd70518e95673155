package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * A resource's locks, to the new master, in as many messages as needed. Status: 0, or negative to
 * refuse.
 *
 * <p>Layout: struct dlm_migratable_lockres.
 *
 * @param master the old master, or 255 for unknown
 * @param flags RECOVERY or MIGRATION, and ALL_DONE in the last message
 * @param totalLocks locks in all messages
 * @param migCookie identity of the move, 0 if it is one message
 * @param name the resource
 * @param lvb the resource's value block, 64 bytes
 * @param locks at most 240
 */
public record MigLockres(
    int master,
    int flags,
    int totalLocks,
    long migCookie,
    ResName name,
    byte[] lvb,
    List<MigratableLock> locks)
    implements Message {
  /** Most locks in one message (DLM_MAX_MIGRATABLE_LOCKS). */
  public static final int MAX_LOCKS = 240;

  /** Flag: sent for a recovery. */
  public static final int RECOVERY = 0x1;

  /** Flag: sent for a migration. */
  public static final int MIGRATION = 0x2;

  /** Flag: the last message of this resource. */
  public static final int ALL_DONE = 0x4;

  /** Checks the number of locks and copies them. */
  public MigLockres {
    locks = List.copyOf(locks);
    if (locks.size() > MAX_LOCKS) {
      throw new IllegalArgumentException(locks.size() + " locks, at most 240");
    }
  }

  @Override
  public int type() {
    return MessageType.MIG_LOCKRES.id();
  }

  @Override
  public int length() {
    return 112 + MigratableLock.LENGTH * locks.size();
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put((byte) master);
    out.put((byte) name.length());
    out.put((byte) locks.size());
    out.put((byte) flags);
    Wire.be32(out, totalLocks);
    Wire.be64(out, migCookie);
    Wire.padded(out, name.toBytes(), ResName.MAX_LENGTH);
    out.put(lvb);
    for (MigratableLock lock : locks) {
      lock.encode(out);
    }
  }

  static MigLockres read(Wire.Reader in) throws BadMessageException {
    in.need(112);
    int master = in.u8();
    int nameLength = in.u8();
    int count = in.u8();
    int flags = in.u8();
    int totalLocks = in.i32();
    long migCookie = in.i64();
    ResName name = in.name(nameLength, ResName.MAX_LENGTH, Wire.EINVAL);
    byte[] lvb = in.lvb();
    if (count > MAX_LOCKS || (flags & (RECOVERY | MIGRATION)) == 0) {
      throw in.bad(count + " locks, flags " + Integer.toHexString(flags), Wire.EINVAL);
    }
    in.need(count * MigratableLock.LENGTH);
    List<MigratableLock> locks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      locks.add(MigratableLock.read(in));
    }
    return new MigLockres(master, flags, totalLocks, migCookie, name, lvb, locks);
  }
}
