package org.lockstepfs.stack.node;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.lockstepfs.stack.glue.RecoveryHandler;

/**
 * Tells from a domain's member lists that a member which died has come back. Right after a death
 * the list may still name the dead, so that only one who has been missing from a list can be back.
 * A domain that tells lives apart says so itself. Called on the domain's thread.
 */
final class Returns implements RecoveryHandler {
  private final RecoveryHandler next;
  private final Set<Integer> died = new HashSet<>();
  private final Set<Integer> missing = new HashSet<>();

  /** Passes deaths on to {@code next}, and tells it of returns. */
  Returns(RecoveryHandler next) {
    this.next = next;
  }

  @Override
  public void nodeDown(int node) {
    missing.remove(node);
    died.add(node);
    next.nodeDown(node);
  }

  @Override
  public void nodeBack(int node) {
    died.remove(node);
    missing.remove(node);
    next.nodeBack(node);
  }

  /** These are the members now. */
  void members(List<Integer> now) {
    for (Iterator<Integer> nodes = missing.iterator(); nodes.hasNext(); ) {
      int node = nodes.next();
      if (now.contains(node)) {
        nodes.remove();
        next.nodeBack(node);
      }
    }
    for (Iterator<Integer> nodes = died.iterator(); nodes.hasNext(); ) {
      int node = nodes.next();
      if (!now.contains(node)) {
        nodes.remove();
        missing.add(node);
      }
    }
  }
}
