package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.plock.PlockMessage.Request;
import org.lockstepfs.locks.sim.SeededNetwork;

/**
 * A simulated node in its present life: an engine, processes, and how far it has come along the
 * views.
 */
public final class SimNode implements SeededNetwork.Node<PlockEnvelope> {
  public final PlockMember member;
  public final PlockEngine engine;
  public final List<SimProcess> processes = new ArrayList<>();
  private final boolean repeatsRequests;
  int viewAt;

  boolean left;

  /** Makes a node without processes. */
  public SimNode(PlockMember member, PlockEngine engine, boolean repeatsRequests) {
    this.member = member;
    this.engine = engine;
    this.repeatsRequests = repeatsRequests;
  }

  /** It has left the cluster, but still works in its last view. */
  public void leave() {
    left = true;
    processes.clear();
  }

  @Override
  public int onMessage(int from, PlockEnvelope envelope) {
    if (!engine.onMessage(envelope)) {
      throw new AssertionError("a message is missing before " + envelope);
    }
    if (repeatsRequests && envelope.message() instanceof Request m) {
      new TableServer(engine.core(), new DeadlockDetector(engine.core())).onRequest(from, m);
    }
    return 0;
  }

  @Override
  public void onReply(long token, int status) {}

  @Override
  public void onSendFailed(long token) {}

  @Override
  public void drain() {}

  /** Returns the file's table if this node owns it, else null. */
  FileTable table(long inode) {
    FileEntry entry = engine.core().files.get(inode);
    return entry == null ? null : entry.table;
  }
}
