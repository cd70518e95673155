package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockMessage.Claim;
import org.lockstepfs.locks.plock.PlockMessage.Op;

/**
 * Turns process copies into claims, and claims into a table, when a table's owner is gone.
 *
 * <p>A copy says what the gone owner had confirmed. A request whose answer is lost may have been
 * carried out or not: an unlock is taken as done, since its caller has given the range up; a lock
 * as not done, it is sent again; a downgrade leaves an exclusive claim that is <em>soft</em>. Had
 * the downgrade been granted, others may hold shared locks beside it, and it gives way to them.
 */
final class ProcessCopies {
  private ProcessCopies() {}

  /** Returns what this node still holds of a file whose table is lost. */
  static List<Claim> claims(FileEntry entry) {
    RangeTable rest = new RangeTable(IGNORE);
    entry.copy.forEach(rest::set);
    for (PlockRequest r : entry.outstanding.values()) {
      if (r.op == Op.UNLOCK) {
        rest.clear(r.owner, r.start, r.end);
      }
    }
    List<Claim> claims = new ArrayList<>();
    rest.forEach(
        (owner, pid, start, end, exclusive) -> {
          List<Claim> pieces = new ArrayList<>();
          pieces.add(new Claim(entry.inode, owner.owner(), pid, start, end, exclusive, false));
          for (PlockRequest r : entry.outstanding.values()) {
            if (exclusive && r.op == Op.LOCK && !r.exclusive && r.owner.equals(owner)) {
              pieces = soften(pieces, r.start, r.end);
            }
          }
          claims.addAll(pieces);
        });
    return claims;
  }

  /** Puts a node's firm claims into a table. */
  static void installFirm(FileTable table, int node, List<Claim> claims) {
    for (Claim c : claims) {
      if (!c.soft()) {
        PlockOwner owner = new PlockOwner(node, c.owner());
        table.held().set(owner, c.pid(), c.start(), c.end(), c.exclusive());
      }
    }
  }

  /** Puts a node's soft claims into a table that has all firm ones. */
  static void installSoft(FileTable table, int node, List<Claim> claims) {
    for (Claim c : claims) {
      if (c.soft()) {
        PlockOwner owner = new PlockOwner(node, c.owner());
        boolean exclusive = !table.held().conflicts(owner, c.start(), c.end(), true);
        table.held().set(owner, c.pid(), c.start(), c.end(), exclusive);
      }
    }
  }

  private static List<Claim> soften(List<Claim> claims, long start, long end) {
    List<Claim> out = new ArrayList<>();
    for (Claim c : claims) {
      if (c.soft() || c.end() < start || c.start() > end) {
        out.add(c);
        continue;
      }
      if (c.start() < start) {
        out.add(piece(c, c.start(), start - 1, false));
      }
      out.add(piece(c, Math.max(c.start(), start), Math.min(c.end(), end), true));
      if (c.end() > end) {
        out.add(piece(c, end + 1, c.end(), false));
      }
    }
    return out;
  }

  private static Claim piece(Claim c, long start, long end, boolean soft) {
    return new Claim(c.inode(), c.owner(), c.pid(), start, end, true, soft);
  }

  static final RangeTable.Listener IGNORE =
      new RangeTable.Listener() {
        @Override
        public void holds(PlockOwner owner) {}

        @Override
        public void holdsNothing(PlockOwner owner) {}
      };
}
