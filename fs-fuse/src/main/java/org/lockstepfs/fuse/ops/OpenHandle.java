package org.lockstepfs.fuse.ops;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lockstepfs.fuse.dlmglue.FlockRes;
import org.lockstepfs.fuse.inode.Inode;

/**
 * An open file description: what the kernel calls a {@code struct file} and names by a number.
 *
 * <p>It remembers which lock owners set byte-range locks through it. A POSIX owner announces its
 * close with FLUSH; an OFD owner, which is the description itself, announces nothing, so what is
 * remembered at RELEASE is dropped then.
 */
final class OpenHandle {
  private final long fh;
  private final Inode inode;
  private Set<Long> owners;
  private FlockRes flock;

  OpenHandle(long fh, Inode inode) {
    this.fh = fh;
    this.inode = inode;
  }

  long fh() {
    return fh;
  }

  Inode inode() {
    return inode;
  }

  /** Notes that {@code owner} may hold or wait for byte-range locks through this description. */
  synchronized void rememberOwner(long owner) {
    if (owners == null) {
      owners = new HashSet<>(4);
    }
    owners.add(owner);
  }

  /** Forgets an owner that has closed. */
  synchronized void forgetOwner(long owner) {
    if (owners != null) {
      owners.remove(owner);
    }
  }

  /** Returns and forgets the owners that never said that they closed. */
  synchronized List<Long> takeOwners() {
    if (owners == null) {
      return List.of();
    }
    List<Long> taken = new ArrayList<>(owners);
    owners = null;
    return taken;
  }

  /** Returns this description's flock, made on first use. */
  synchronized FlockRes flock() {
    if (flock == null) {
      flock = inode.newFlock();
    }
    return flock;
  }

  /** Returns this description's flock and forgets it; null if it was never locked. */
  synchronized FlockRes takeFlock() {
    FlockRes taken = flock;
    flock = null;
    return taken;
  }
}
