package org.lockstepfs.locks.plock;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockMessage.Cancel;
import org.lockstepfs.locks.plock.PlockMessage.Claim;
import org.lockstepfs.locks.plock.PlockMessage.Confirm;
import org.lockstepfs.locks.plock.PlockMessage.Lookup;
import org.lockstepfs.locks.plock.PlockMessage.NotOwner;
import org.lockstepfs.locks.plock.PlockMessage.OwnerIs;
import org.lockstepfs.locks.plock.PlockMessage.ProbeOwner;
import org.lockstepfs.locks.plock.PlockMessage.ProbeRequest;
import org.lockstepfs.locks.plock.PlockMessage.Promote;
import org.lockstepfs.locks.plock.PlockMessage.Ready;
import org.lockstepfs.locks.plock.PlockMessage.Release;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.PlockMessage.Request;
import org.lockstepfs.locks.plock.PlockMessage.SyncData;
import org.lockstepfs.locks.plock.PlockMessage.SyncRequest;

/**
 * Envelopes as bytes, little-endian. Header of 32 bytes, then the message:
 *
 * <pre>
 *  0 u8 version (1)   1 u8 type   2 u16 from node   4 u32 fsid
 *  8 u64 from incarnation   16 u64 to incarnation   24 u64 number
 * </pre>
 *
 * <p>A request is a {@link PlockInfo dlm_plock_info} record with its number and a flag behind it.
 */
public final class PlockCodec {
  /** No envelope is longer. */
  public static final int MAX_BYTES = 4000;

  private static final byte VERSION = 1;
  private static final int MAX_LIST = 64;

  private PlockCodec() {}

  /**
   * Writes an envelope at the buffer's position.
   *
   * @throws java.nio.BufferOverflowException if fewer than {@link #MAX_BYTES} are free and it does
   *     not fit
   */
  public static void encode(PlockEnvelope e, ByteBuffer out) {
    out.order(ByteOrder.LITTLE_ENDIAN);
    out.put(VERSION).put((byte) type(e.message())).putShort((short) e.from()).putInt(e.fsid());
    out.putLong(e.fromIncarnation()).putLong(e.toIncarnation()).putLong(e.number());
    PlockMessage message = e.message();
    if (message instanceof Request m) {
      info(m, e.from(), e.fsid()).put(out);
      out.putLong(m.id()).put(bit(m.holder()));
    } else if (message instanceof Reply m) {
      out.putLong(m.inode()).putLong(m.id()).putInt(m.result().wire());
      out.put(bit(m.conflict() != null));
      if (m.conflict() != null) {
        PlockConflict c = m.conflict();
        putOwner(out, c.owner());
        out.putInt(c.pid()).putLong(c.start()).putLong(c.end()).put(bit(c.exclusive()));
      }
    } else if (message instanceof NotOwner m) {
      out.putLong(m.inode()).putLong(m.id());
    } else if (message instanceof Cancel m) {
      out.putLong(m.inode()).putLong(m.id());
    } else if (message instanceof Promote m) {
      out.putLong(m.inode()).putLong(m.id());
    } else if (message instanceof Lookup m) {
      out.putLong(m.inode()).putLong(m.lookup()).putLong(m.view());
    } else if (message instanceof OwnerIs m) {
      out.putLong(m.inode()).putLong(m.lookup()).putShort((short) m.owner());
    } else if (message instanceof Release m) {
      out.putLong(m.inode()).putLong(m.view());
    } else if (message instanceof SyncRequest m) {
      out.putLong(m.view()).putLong(m.epoch()).putShort((short) m.departed().size());
      m.departed().forEach(d -> out.putShort((short) d.node()).putLong(d.incarnation()));
    } else if (message instanceof SyncData m) {
      putSyncData(out, m);
    } else if (message instanceof Ready m) {
      out.putLong(m.view());
    } else if (message instanceof ProbeOwner m) {
      putPath(out.putInt(m.round()).putLong(m.owner()), m.path());
    } else if (message instanceof ProbeRequest m) {
      putPath(out.putInt(m.round()), m.path());
    } else if (message instanceof Confirm m) {
      putPath(out.putInt(m.round()).put((byte) m.index()), m.path());
    }
  }

  /**
   * Reads an envelope from the buffer's position to its limit.
   *
   * @throws IOException if it is not a well-formed envelope of a known version
   */
  public static PlockEnvelope decode(ByteBuffer in) throws IOException {
    in.order(ByteOrder.LITTLE_ENDIAN);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IOException("plock message version " + version + " is not " + VERSION);
      }
      int type = in.get();
      int from = node(in);
      int fsid = in.getInt();
      long fromIncarnation = in.getLong();
      long toIncarnation = in.getLong();
      long number = in.getLong();
      PlockMessage message = message(type, in, from, fsid);
      if (in.hasRemaining()) {
        throw new IOException("plock message type " + type + " is too long");
      }
      return new PlockEnvelope(from, fromIncarnation, toIncarnation, number, fsid, message);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("plock message is damaged: " + e, e);
    }
  }

  static boolean flag(ByteBuffer in, String name) throws IOException {
    byte value = in.get();
    if (value != 0 && value != 1) {
      throw new IOException("plock field " + name + " is " + value + ", not 0 or 1");
    }
    return value == 1;
  }

  static void checkRange(long start, long end) throws IOException {
    if (start < 0 || end < start) {
      throw new IOException("plock range " + start + ".." + end + " is not valid");
    }
  }

  private static int type(PlockMessage message) {
    Class<?> kind = message.getClass();
    return TYPES.indexOf(kind) + 1;
  }

  /** The type on the wire is the place in this list plus one. */
  private static final List<Class<? extends PlockMessage>> TYPES =
      List.of(
          Request.class,
          Reply.class,
          NotOwner.class,
          Cancel.class,
          Promote.class,
          Lookup.class,
          OwnerIs.class,
          Release.class,
          SyncRequest.class,
          SyncData.class,
          Ready.class,
          ProbeOwner.class,
          ProbeRequest.class,
          Confirm.class);

  private static PlockMessage message(int type, ByteBuffer in, int from, int fsid)
      throws IOException {
    return switch (type) {
      case 1 -> request(in, from, fsid);
      case 2 -> reply(in);
      case 3 -> new NotOwner(in.getLong(), in.getLong());
      case 4 -> new Cancel(in.getLong(), in.getLong());
      case 5 -> new Promote(in.getLong(), in.getLong());
      case 6 -> new Lookup(in.getLong(), in.getLong(), in.getLong());
      case 7 -> new OwnerIs(in.getLong(), in.getLong(), node(in));
      case 8 -> new Release(in.getLong(), in.getLong());
      case 9 -> new SyncRequest(in.getLong(), in.getLong(), members(in));
      case 10 -> syncData(in);
      case 11 -> new Ready(in.getLong());
      case 12 -> new ProbeOwner(in.getInt(), in.getLong(), path(in));
      case 13 -> new ProbeRequest(in.getInt(), path(in));
      case 14 -> confirm(in);
      default -> throw new IOException("plock message type " + type + " is unknown");
    };
  }

  private static Request request(ByteBuffer in, int from, int fsid) throws IOException {
    PlockInfo r = PlockInfo.get(in);
    if (r.node() != from || r.fsid() != fsid) {
      throw new IOException("dlm_plock_info nodeid or fsid is not the envelope's");
    }
    long id = in.getLong();
    boolean holder = flag(in, "holder");
    return new Request(
        r.number(),
        id,
        r.op(),
        r.exclusive(),
        r.waits(),
        r.close(),
        holder,
        r.owner(),
        r.pid(),
        r.start(),
        r.end());
  }

  private static PlockInfo info(Request r, int from, int fsid) {
    return new PlockInfo(
        r.op(),
        r.exclusive(),
        r.blocking(),
        r.close(),
        r.pid(),
        from,
        0,
        fsid,
        r.inode(),
        r.start(),
        r.end(),
        r.owner());
  }

  private static Reply reply(ByteBuffer in) throws IOException {
    long inode = in.getLong();
    long id = in.getLong();
    PlockResult result = PlockResult.ofWire(in.getInt());
    if (!flag(in, "conflict")) {
      return new Reply(inode, id, result, null);
    }
    PlockOwner owner = owner(in);
    int pid = in.getInt();
    long start = in.getLong();
    long end = in.getLong();
    checkRange(start, end);
    return new Reply(
        inode, id, result, new PlockConflict(owner, pid, start, end, flag(in, "exclusive")));
  }

  private static void putSyncData(ByteBuffer out, SyncData m) {
    out.putLong(m.epoch()).put(bit(m.last()));
    out.put((byte) m.owned().size());
    m.owned().forEach(out::putLong);
    out.put((byte) m.claims().size());
    for (Claim c : m.claims()) {
      out.putLong(c.inode()).putLong(c.owner()).putInt(c.pid());
      out.putLong(c.start()).putLong(c.end()).put(bit(c.exclusive())).put(bit(c.soft()));
    }
  }

  private static List<PlockMember> members(ByteBuffer in) throws IOException {
    int count = in.getShort();
    if (count < 0 || count > Peers.MAX_DEPARTED) {
      throw new IOException("plock count of members " + count + " is not 0.." + Peers.MAX_DEPARTED);
    }
    List<PlockMember> members = new ArrayList<>();
    for (; count > 0; count--) {
      members.add(new PlockMember(node(in), in.getLong()));
    }
    return members;
  }

  private static SyncData syncData(ByteBuffer in) throws IOException {
    long epoch = in.getLong();
    boolean last = flag(in, "last");
    List<Long> owned = new ArrayList<>();
    for (int n = count(in, MAX_LIST); n > 0; n--) {
      owned.add(in.getLong());
    }
    List<Claim> claims = new ArrayList<>();
    for (int n = count(in, MAX_LIST); n > 0; n--) {
      long inode = in.getLong();
      long owner = in.getLong();
      int pid = in.getInt();
      long start = in.getLong();
      long end = in.getLong();
      checkRange(start, end);
      boolean exclusive = flag(in, "exclusive");
      claims.add(new Claim(inode, owner, pid, start, end, exclusive, flag(in, "soft")));
    }
    return new SyncData(epoch, last, owned, claims);
  }

  private static Confirm confirm(ByteBuffer in) throws IOException {
    int round = in.getInt();
    int index = in.get();
    List<WaitEdge> path = path(in);
    if (index < 0 || index >= path.size()) {
      throw new IOException("plock deadlock path has no edge " + index);
    }
    return new Confirm(round, index, path);
  }

  private static void putPath(ByteBuffer out, List<WaitEdge> path) {
    out.put((byte) path.size());
    for (WaitEdge e : path) {
      putOwner(out, e.owner());
      out.putLong(e.request()).putLong(e.inode()).putShort((short) e.table());
    }
  }

  private static List<WaitEdge> path(ByteBuffer in) throws IOException {
    List<WaitEdge> path = new ArrayList<>();
    for (int n = count(in, DeadlockDetector.MAX_PATH); n > 0; n--) {
      path.add(new WaitEdge(owner(in), in.getLong(), in.getLong(), node(in)));
    }
    if (path.isEmpty()) {
      throw new IOException("plock deadlock path is empty");
    }
    return path;
  }

  private static void putOwner(ByteBuffer out, PlockOwner owner) {
    out.putShort((short) owner.node()).putLong(owner.owner());
  }

  private static PlockOwner owner(ByteBuffer in) throws IOException {
    return new PlockOwner(node(in), in.getLong());
  }

  private static int node(ByteBuffer in) throws IOException {
    int node = in.getShort();
    if (node < 0 || node > 255) {
      throw new IOException("plock node number " + node + " is not 0..255");
    }
    return node;
  }

  private static int count(ByteBuffer in, int max) throws IOException {
    int count = in.get();
    if (count < 0 || count > max) {
      throw new IOException("plock list count " + count + " is not 0.." + max);
    }
    return count;
  }

  private static byte bit(boolean value) {
    return (byte) (value ? 1 : 0);
  }
}
