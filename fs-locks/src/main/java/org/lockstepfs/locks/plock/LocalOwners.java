package org.lockstepfs.locks.plock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * This node's lock owners: in how many files each holds something, and what it waits for. Both are
 * known here only, since an owner's locks may lie in tables of many nodes.
 */
final class LocalOwners implements RangeTable.Listener {
  private static final class Owner {
    private int files;
    private final List<PlockRequest> waiting = new ArrayList<>(0);
  }

  private final int self;
  private final Map<PlockOwner, Owner> owners = new HashMap<>();
  private final Deque<PlockRequest> promoted = new ArrayDeque<>();

  LocalOwners(int self) {
    this.self = self;
  }

  @Override
  public void holds(PlockOwner owner) {
    if (owner.node() != self) {
      return;
    }
    Owner known = owners.computeIfAbsent(owner, o -> new Owner());
    if (++known.files == 1) {
      promoted.addAll(known.waiting);
    }
  }

  @Override
  public void holdsNothing(PlockOwner owner) {
    if (owner.node() != self) {
      return;
    }
    Owner known = owners.get(owner);
    known.files--;
    removeIfIdle(owner, known);
  }

  /** Returns whether the owner holds a lock in any file. */
  boolean isHolder(PlockOwner owner) {
    Owner known = owners.get(owner);
    return known != null && known.files > 0;
  }

  /** Notes a lock request that may have to wait. */
  void startWaiting(PlockRequest request) {
    owners.computeIfAbsent(request.owner, o -> new Owner()).waiting.add(request);
  }

  /** Forgets an ended request. */
  void endWaiting(PlockRequest request) {
    Owner known = owners.get(request.owner);
    if (known != null && known.waiting.remove(request)) {
      removeIfIdle(request.owner, known);
    }
  }

  /** Returns what the owner waits for; a copy. */
  List<PlockRequest> waiting(PlockOwner owner) {
    Owner known = owners.get(owner);
    return known == null ? List.of() : List.copyOf(known.waiting);
  }

  /**
   * Returns the next request whose owner became a holder while it waited, or null. Such a request
   * must not queue for fairness any more, and may now be part of a deadlock.
   */
  PlockRequest nextPromoted() {
    return promoted.poll();
  }

  /** Returns the number of owners known. */
  int size() {
    return owners.size();
  }

  private void removeIfIdle(PlockOwner owner, Owner known) {
    if (known.files == 0 && known.waiting.isEmpty()) {
      owners.remove(owner);
    }
  }
}
