package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;

/**
 * A recovery as a survivor sees it from FINALIZE_RECO on: who takes over the resources of which
 * dead node. It is kept, for if the recovery master dies between, some survivors have heard the
 * second stage and others only the first, or none.
 */
final class Takeover {
  final int master;

  /** The second stage was heard, or somebody else's messages showed that it had been. */
  boolean complete;

  /** What changed hands here. */
  final List<DlmLockRes> moved = new ArrayList<>();

  Takeover(int master) {
    this.master = master;
  }
}
