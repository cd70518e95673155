package org.lockstepfs.fuse.dlmfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.ctl.Dir;
import org.lockstepfs.fuse.ctl.Entry;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.LockId;
import org.lockstepfs.stack.glue.RecoveryHandler;
import org.lockstepfs.stack.glue.StackGlue;

/** A lock domain that this node has joined. */
final class DomainDir implements Dir {
  /** Longest name of a lock in bytes, one less than USER_DLM_LOCK_ID_MAX_LEN. */
  private static final int MAX_NAME = 31;

  private static final int MAX_LOCKS = 1 << 16;

  /** The lock manager's own locks begin so. */
  private static final String RESERVED = "$";

  private final Access access;
  private final DlmGlue glue;
  private final ClusterConnection connection;
  private final Map<String, LockFile> locks = new ConcurrentSkipListMap<>();
  private boolean left;

  private DomainDir(Access access, DlmGlue glue, ClusterConnection connection) {
    this.access = access;
    this.glue = glue;
    this.connection = connection;
  }

  /** Joins a domain. */
  static DomainDir join(StackGlue stack, String name, Access access) throws IOException {
    DlmGlue glue = new DlmGlue(name);
    ClusterConnection connection = stack.connectAgnostic(name, glue, RecoveryHandler.NONE);
    glue.start(connection);
    return new DomainDir(access, glue, connection);
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public Collection<String> names() {
    return List.copyOf(locks.keySet());
  }

  @Override
  public Entry child(String name) {
    return locks.get(name);
  }

  @Override
  public synchronized void makeFile(String name, Access owner) throws ErrnoException {
    byte[] id = name.getBytes(StandardCharsets.UTF_8);
    if (id.length > MAX_NAME || name.startsWith(RESERVED)) {
      throw new ErrnoException(Errno.EINVAL, "lock name '" + name + "'");
    }
    if (left || locks.size() >= MAX_LOCKS) {
      throw new ErrnoException(left ? Errno.ENOENT : Errno.ENOSPC, "lock '" + name + "'");
    }
    locks.computeIfAbsent(name, n -> new LockFile(glue, new LockId(id), owner));
  }

  @Override
  public void removeFile(String name) throws ErrnoException {
    LockFile lock = locks.get(name);
    if (lock == null) {
      throw new ErrnoException(Errno.ENOENT, name);
    }
    try {
      lock.remove();
    } catch (ErrnoException e) {
      throw e;
    } catch (IOException e) {
      throw new ErrnoException(Errno.EIO, e.getMessage());
    }
    locks.remove(name, lock);
  }

  /** Returns a lock that is held or waited for here, if there is one. */
  Optional<String> inUse() {
    return locks.entrySet().stream()
        .filter(e -> e.getValue().inUse())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Leaves; ENOTEMPTY if it has locks. */
  synchronized void leave() throws IOException {
    if (!locks.isEmpty()) {
      throw new ErrnoException(Errno.ENOTEMPTY, "lock domain " + glue);
    }
    left = true;
    glue.close();
    connection.disconnect();
  }

  /** Gives all locks up and leaves. */
  synchronized void leaveByForce() throws IOException {
    left = true;
    for (LockFile lock : locks.values()) {
      lock.removeByForce();
    }
    locks.clear();
    leave();
  }
}
