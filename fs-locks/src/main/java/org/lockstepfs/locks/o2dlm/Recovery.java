package org.lockstepfs.locks.o2dlm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.FinalizeReco;
import org.lockstepfs.locks.o2dlm.message.LockRequest;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.RecoDataDone;

/**
 * Recovery of dead members, one after the other, on every survivor: race to be recovery master,
 * follow another, begin again when it dies.
 *
 * <p>A recovery master may die at any message. Until LOCK_REQUEST a survivor follows whoever sent
 * BEGIN_RECO last; two who begin at once both need each other's consent, and the higher gives way.
 * From LOCK_REQUEST on it follows that master until the end, or its death. A survivor changes
 * owners at the second stage of FINALIZE_RECO; the master works when all have answered that. So if
 * it dies between, nobody has been granted anything by it, and the {@link Takeover} may be done or
 * undone, if only all survivors do the same: the next LOCK_REQUEST says which. For the dead node
 * itself, it is undone; for the master that died, it is done, because a survivor that has not heard
 * the second stage begins with the dead node. (The kernel takes a recovery for complete after the
 * first stage, and survivors of whom some have not heard it disagree for ever.)
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_do_recovery, dlm_pick_recovery_master,
 * dlm_begin_reco_handler, dlm_request_all_locks_handler, dlm_finalize_reco_handler.
 */
final class Recovery {
  private static final int EAGAIN = -11;
  private static final int ENOMEM = -12;
  private static final int EINVAL = -22;
  private static final int RACE_AGAIN_MS = 1_000;

  /** What this node is to the recovery master that it follows. */
  private enum Part {
    /** It follows none. */
    NONE,
    /** It knows of the recovery. */
    TOLD,
    /** It has been asked for its locks. */
    SERVING,
    /** It has heard the first stage of the end. */
    ENDING
  }

  private final Domain domain;
  private final RecoveryLock lock;
  private final Map<Integer, NodeMap> beginners = new HashMap<>();
  private final Map<Integer, Takeover> takeovers = new HashMap<>();
  private Part part = Part.NONE;
  private int deadNode = Domain.NOBODY;
  private int leader = Domain.NOBODY;
  private boolean racing;

  /** Not null while this node is recovery master, or begins to be. */
  private RecoveryMaster master;

  private RecoverySender sender;

  Recovery(Domain domain) {
    this.domain = domain;
    this.lock = new RecoveryLock(domain);
  }

  boolean isUnderWay() {
    return master != null || racing || part != Part.NONE;
  }

  /** Returns whether other nodes' locks on this name are waiting here to be entered. */
  boolean isOnItsWayHere(ResName name) {
    return master != null && master.isOnItsWayHere(name);
  }

  /** Looks whether there is something to recover that nobody does. */
  private void proceed() {
    boolean idle = !racing && master == null && !domain.members.contains(leader);
    if (idle && domain.isFullyJoined() && !domain.dead.isEmpty()) {
      racing = true;
      // Not in the middle of the local cleanup after another death.
      lock.acquire(won -> domain.soon(() -> raced(won)));
    }
  }

  private void raced(boolean won) {
    racing = false;
    if (!won) {
      domain.timers.after(RACE_AGAIN_MS, this::proceed);
    } else if (domain.members.contains(leader) || domain.dead.isEmpty()) {
      lock.release();
    } else {
      part = Part.NONE;
      master = new RecoveryMaster(domain, this, target());
      master.begin();
    }
  }

  /**
   * The dead node to begin with: one whose recovery another dead node had begun comes before that
   * other.
   */
  private int target() {
    int target = domain.dead.first();
    for (int steps = domain.dead.size(); steps > 0; steps--) {
      int beginner = target;
      target =
          domain.dead.stream()
              .filter(node -> wasBegunBy(node, beginner))
              .findFirst()
              .orElse(beginner);
    }
    return target;
  }

  private boolean wasBegunBy(int node, int beginner) {
    return beginners.containsKey(node) && beginners.get(node).contains(beginner);
  }

  /** Handles BEGIN_RECO: 0, or -EAGAIN for "not now". */
  int onBegin(int from, BeginReco message) {
    int dead = message.deadNode();
    if (!domain.isFullyJoined()) {
      domain.joinDisturbed = true;
      return domain.state == DomainState.NEW ? EAGAIN : 0;
    }
    if (dead == domain.self || dead == from) {
      domain.fault("node " + from + " recovers node " + dead + ", which is alive");
      return EINVAL;
    }
    if (master != null && !master.yieldsTo(from)) {
      return EAGAIN;
    }
    boolean bound = isBound();
    if (bound && from == leader && dead == deadNode) {
      return 0;
    }
    if (bound || isTakenOverByLiving(dead, from)) {
      return EAGAIN;
    }
    domain.deaths.declareDead(dead);
    follow(from, dead, Part.TOLD);
    return 0;
  }

  private boolean isBound() {
    return part.compareTo(Part.SERVING) >= 0 && domain.members.contains(leader);
  }

  /**
   * The node was recovered here by a node that seems to live. If it is recovered again, that node
   * died before it had come to its end; this one has to know it first.
   */
  private boolean isTakenOverByLiving(int dead, int from) {
    Takeover takeover = takeovers.get(dead);
    return !domain.dead.contains(dead)
        && takeover != null
        && takeover.master != from
        && domain.members.contains(takeover.master);
  }

  private void follow(int newLeader, int dead, Part as) {
    stopServing();
    leader = newLeader;
    deadNode = dead;
    part = as;
    beginners.computeIfAbsent(dead, k -> new NodeMap()).add(newLeader);
  }

  private void stopServing() {
    if (sender != null) {
      sender.stop();
      sender = null;
    }
  }

  /** Handles LOCK_REQUEST: 0, or -ENOMEM, which makes the sender ask again. */
  int onLockRequest(int from, LockRequest message) {
    int dead = message.deadNode();
    if (!domain.isFullyJoined()) {
      return domain.state == DomainState.NEW ? ENOMEM : 0;
    }
    if (master != null && !master.yieldsToMaster()) {
      return ENOMEM;
    }
    if (isBound() && from == leader && dead == deadNode) {
      return 0;
    }
    if (isBound() || !domain.dead.contains(dead)) {
      return ENOMEM;
    }
    follow(from, dead, Part.SERVING);
    settleTakeovers(dead);
    sender = new RecoverySender(domain, from, dead);
    domain.soon(sender::start);
    return 0;
  }

  /** The recovery of this dead node really begins: unfinished takeovers are done or undone. */
  void settleTakeovers(int dead) {
    for (Map.Entry<Integer, Takeover> entry : List.copyOf(takeovers.entrySet())) {
      Takeover takeover = entry.getValue();
      if (takeover.master == dead && !takeover.complete) {
        complete(entry.getKey(), takeover);
      } else if (entry.getKey() == dead && domain.dead.contains(takeover.master)) {
        takeover.moved.stream()
            .filter(res -> res.owner == takeover.master)
            .forEach(res -> res.owner = dead);
      }
    }
  }

  /** Handles FINALIZE_RECO. */
  int onFinalize(int from, FinalizeReco message) {
    int dead = message.deadNode();
    if (!domain.isFullyJoined()) {
      return domain.state == DomainState.NEW ? EINVAL : 0;
    }
    Takeover takeover = takeovers.get(dead);
    if (!isBound() || from != leader || dead != deadNode) {
      boolean repeated = takeover != null && takeover.master == from && takeover.complete;
      return repeated && message.stageTwo() ? 0 : EINVAL;
    }
    if (!message.stageTwo()) {
      if (part == Part.SERVING) {
        part = Part.ENDING;
        takeovers.put(dead, new Takeover(from));
      }
      return 0;
    }
    if (part != Part.ENDING) {
      return EINVAL;
    }
    forgetTakeoversBy(dead);
    complete(dead, takeover);
    unfollow();
    return 0;
  }

  /** Changes the owner of all that the dead node mastered. */
  private void complete(int dead, Takeover takeover) {
    takeover.complete = true;
    boolean alive = domain.members.contains(takeover.master);
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.suspects != null && res.suspects.contains(dead)) {
        res.suspects.remove(dead);
        res.suspects.add(takeover.master);
      } else if (res.has(ResState.RECOVERING) && res.owner == dead) {
        takeover.moved.add(res);
        if (alive) {
          domain.deaths.claimed(res, takeover.master);
        } else {
          res.owner = takeover.master;
        }
      }
    }
    recovered(dead);
  }

  /** The dead node is recovered: all know of its death, and what it held can be granted. */
  void recovered(int dead) {
    domain.dead.remove(dead);
    beginners.remove(dead);
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.recovered(dead)) {
        domain.wake(res);
        domain.kick(res);
        domain.purge.review(res);
      }
    }
    if (domain.dead.isEmpty()) {
      domain.mastery.allRecovered();
    }
  }

  private void unfollow() {
    stopServing();
    leader = Domain.NOBODY;
    part = Part.NONE;
    domain.soon(this::proceed);
  }

  /** Handles MIG_LOCKRES of a recovery. */
  int onLocks(int from, MigLockres message) {
    return master == null ? EINVAL : master.onLocks(from, message);
  }

  /** Handles RECO_DATA_DONE. */
  int onDataDone(int from, RecoDataDone message) {
    return master == null ? EINVAL : master.onDataDone(from, message.deadNode());
  }

  /** All others know of the recovery that this node begins. */
  void allTold() {
    lock.release();
  }

  /** This node has recovered a dead node. */
  void ended(int dead) {
    master = null;
    forgetTakeoversBy(dead);
    recovered(dead);
    domain.soon(this::proceed);
  }

  /** This node has given way to another that began at the same time. */
  void yielded() {
    master = null;
    lock.release();
    domain.timers.after(RACE_AGAIN_MS, this::proceed);
  }

  /** A member died, and local cleanup is done. */
  void memberDied(int node) {
    memberGone(node);
  }

  /** A member left, so what it took over is complete. */
  void memberLeft(int node) {
    forgetTakeoversBy(node);
    memberGone(node);
  }

  private void memberGone(int node) {
    if (leader == node) {
      unfollow();
    }
    if (master != null) {
      master.memberGone(node);
    }
    domain.soon(this::proceed);
  }

  /** A member joined, which nobody allows before all recoveries are complete. */
  void memberJoined() {
    takeovers.clear();
  }

  private void forgetTakeoversBy(int node) {
    takeovers.values().removeIf(takeover -> takeover.master == node);
  }
}
