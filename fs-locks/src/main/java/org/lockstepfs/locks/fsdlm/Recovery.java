package org.lockstepfs.locks.fsdlm;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.LockStateReply;
import org.lockstepfs.locks.fsdlm.message.MasterLookup;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.Names;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Status;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * From one set of members to the next: the steps, each behind a barrier, and the directory's share
 * of them. A newer stop ends it at any point; what it had achieved is kept or done again.
 *
 * <p>Source: Linux fs/dlm/recoverd.c, ls_recover; dir.c, dlm_recover_directory; rcom.c.
 */
final class Recovery {
  private final Lockspace ls;
  private final RequestQueue saved;
  private final Barrier barrier;
  private final RecoverWaiters waiters;
  private final RecoverMasters masters;
  private final RecoverResources resources;

  /** Bits of {@link RecoverStatus}; 0 while stopped. */
  private int status;

  /** A node left since locking last went on. */
  private boolean removal;

  /** What this node masters, by directory node, as of the start. */
  private Map<Integer, List<ResName>> mastered = Map.of();

  /** Nodes whose names are not complete yet, and how many came. */
  private final Map<Integer, Integer> naming = new HashMap<>();

  private Runnable replay;

  Recovery(Lockspace ls, RequestQueue saved) {
    this.ls = ls;
    this.saved = saved;
    barrier = new Barrier(ls);
    waiters = new RecoverWaiters(ls);
    masters = new RecoverMasters(ls);
    resources = new RecoverResources(ls);
  }

  /** Says how saved messages are handled at the end. */
  void onReplay(Runnable action) {
    replay = action;
  }

  void stop() {
    ls.running = false;
    status = 0;
    barrier.cancel();
    naming.clear();
    masters.cancel();
  }

  void start(long seq, Collection<Member> members) {
    stop();
    ls.seq = seq;
    Set<Integer> gone = ls.members.change(seq, members);
    removal |= !gone.isEmpty();
    saved.purge();
    waiters.markGone(gone);
    resources.markGone(gone);
    ls.toss.clear();
    ls.directory.clear();
    mastered = ls.directory.masteredHere();
    status = RecoverStatus.NODES;
    barrier.enter(RecoverStatus.NODES, status, this::recoverDirectory);
  }

  int status() {
    return status;
  }

  void tick() {
    barrier.tick();
  }

  long nextDueMs() {
    return barrier.nextDueMs();
  }

  private void recoverDirectory() {
    status |= RecoverStatus.NODES_ALL;
    mastered.getOrDefault(ls.self, List.of()).forEach(n -> ls.directory.lookup(n, ls.self));
    for (int node : ls.members.nodes()) {
      if (node != ls.self) {
        naming.put(node, 0);
        ls.send(node, new Names(0));
      }
    }
    directoryIsComplete();
  }

  private void directoryIsComplete() {
    if (naming.isEmpty()) {
      status |= RecoverStatus.DIR;
      barrier.enter(RecoverStatus.DIR, status, this::recoverLocks);
    }
  }

  private void recoverLocks() {
    status |= RecoverStatus.DIR_ALL;
    waiters.before();
    if (removal) {
      resources.purge();
      masters.recover(this::locksAreComplete);
    } else {
      locksAreComplete();
    }
  }

  private void locksAreComplete() {
    status |= RecoverStatus.LOCKS;
    barrier.enter(RecoverStatus.LOCKS, status, this::finish);
  }

  private void finish() {
    status |= RecoverStatus.LOCKS_ALL;
    resources.finish();
    saved.purge();
    status |= RecoverStatus.DONE;
    barrier.enter(RecoverStatus.DONE, status, this::goOn);
  }

  private void goOn() {
    status |= RecoverStatus.DONE_ALL;
    mastered = Map.of();
    removal = false;
    ls.running = true;
    resources.completeSettled();
    replay.run();
    waiters.after();
    resources.grant();
    ls.emit(new Effect.Running(ls.seq));
  }

  /** Handles a message of the present sequence, unless this node is stopped or not that far. */
  void onMessage(int from, Message message) {
    if (status == 0) {
      return;
    }
    if (message instanceof Status) {
      ls.send(from, new StatusReply(status));
    } else if (message instanceof StatusReply m) {
      barrier.onStatusReply(from, m.status());
    } else if (message instanceof Names m) {
      onNames(from, m);
    } else if (message instanceof NamesReply m) {
      onNamesReply(from, m);
    } else if ((status & RecoverStatus.DIR) != 0 && (status & RecoverStatus.DONE) == 0) {
      onLockMessage(from, message);
    }
  }

  private void onLockMessage(int from, Message message) {
    if (message instanceof MasterLookup m) {
      masters.onMasterLookup(from, m);
    } else if (message instanceof MasterLookupReply m) {
      masters.onMasterLookupReply(from, m);
    } else if (message instanceof LockState m) {
      masters.onLockState(from, m);
    } else if (message instanceof LockStateReply m) {
      masters.onLockStateReply(m);
    }
  }

  private void onNames(int from, Names question) {
    List<ResName> names = mastered.getOrDefault(from, List.of());
    int first = Math.min(question.offset(), names.size());
    int end = Math.min(first + NamesReply.MAX_NAMES, names.size());
    List<ResName> part = List.copyOf(names.subList(first, end));
    ls.send(from, new NamesReply(first, end == names.size(), part));
  }

  private void onNamesReply(int from, NamesReply reply) {
    Integer known = naming.get(from);
    if (known == null || known != reply.offset()) {
      return;
    }
    for (ResName name : reply.names()) {
      if (ls.directory.nodeOf(name) == ls.self) {
        ls.directory.lookup(name, from);
      }
    }
    if (reply.last() || reply.names().isEmpty()) {
      naming.remove(from);
      directoryIsComplete();
    } else {
      naming.put(from, known + reply.names().size());
      ls.send(from, new Names(known + reply.names().size()));
    }
  }
}
