package org.lockstepfs.stack.glue;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;

/** A connection that holds a reference on its plug-in until it is disconnected. */
final class Reference implements ClusterConnection {
  private final ClusterConnection connection;
  private final Consumer<Reference> release;
  private final AtomicBoolean released = new AtomicBoolean();

  Reference(ClusterConnection connection, Consumer<Reference> release) {
    this.connection = connection;
    this.release = release;
  }

  @Override
  public int thisNode() {
    return connection.thisNode();
  }

  @Override
  public ProtocolVersion protocolVersion() {
    return connection.protocolVersion();
  }

  @Override
  public void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name)
      throws ErrnoException {
    connection.lock(mode, lksb, flags, name);
  }

  @Override
  public void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException {
    connection.unlock(lksb, flags);
  }

  @Override
  public Optional<PosixLocks> posixLocks() {
    return connection.posixLocks();
  }

  @Override
  public String dump(Lksb lksb) {
    return connection.dump(lksb);
  }

  @Override
  public void disconnect() throws IOException {
    if (released.compareAndSet(false, true)) {
      try {
        connection.disconnect();
      } finally {
        release.accept(this);
      }
    }
  }
}
