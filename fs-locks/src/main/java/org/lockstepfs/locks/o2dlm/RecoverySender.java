package org.lockstepfs.locks.o2dlm;

import java.util.ArrayDeque;
import java.util.Queue;
import org.lockstepfs.locks.o2dlm.DlmLock.Pending;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.RecoDataDone;

/**
 * A survivor's answer to LOCK_REQUEST: its locks on all resources that the dead node mastered, or
 * may have mastered, and then RECO_DATA_DONE.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_request_all_locks_worker,
 * dlm_move_reco_locks_to_list, dlm_send_all_done_msg.
 */
final class RecoverySender {
  private static final int RETRY_MS = 100;

  /** Messages without status at the same time. */
  private static final int WINDOW = 32;

  private final Domain domain;
  private final int to;
  private final int deadNode;
  private final Queue<DlmLockRes> left = new ArrayDeque<>();
  private final Queue<Message> ready = new ArrayDeque<>();
  private int waiting;
  private int onWire;
  private boolean doneSent;
  private boolean stopped;

  RecoverySender(Domain domain, int to, int deadNode) {
    this.domain = domain;
    this.to = to;
    this.deadNode = deadNode;
  }

  void start() {
    for (DlmLockRes res : domain.resources.values()) {
      boolean lost = res.has(ResState.RECOVERING) && res.owner == deadNode;
      boolean doubtful = res.suspects != null && res.suspects.contains(deadNode);
      if (lost || doubtful) {
        left.add(res);
      }
    }
    proceed();
  }

  /** The recovery master died, or another recovery began. */
  void stop() {
    stopped = true;
  }

  private void proceed() {
    while (!stopped && onWire < WINDOW && (!ready.isEmpty() || !left.isEmpty())) {
      if (ready.isEmpty()) {
        prepare(left.remove());
      } else {
        onWire++;
        send(ready.remove());
      }
    }
    if (!stopped && onWire == 0 && waiting == 0 && !doneSent) {
      doneSent = true;
      onWire++;
      send(new RecoDataDone(domain.self, deadNode));
    }
  }

  /** A request to a master that is alive, and in doubt, gets its status first. */
  private void prepare(DlmLockRes res) {
    if (!hasRequestOnWire(res)) {
      ready.addAll(domain.transfer.ofHolder(res));
      return;
    }
    waiting++;
    res.await(
        () -> {
          waiting--;
          left.add(res);
          proceed();
        });
  }

  private static boolean hasRequestOnWire(DlmLockRes res) {
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.pending != Pending.NONE) {
          return true;
        }
      }
    }
    return false;
  }

  private void send(Message message) {
    domain.send(
        to,
        message,
        status -> {
          onWire--;
          // A refusal means that the recovery has ended or begun again without this answer.
          stopped |= status < 0;
          proceed();
        },
        error -> domain.timers.after(RETRY_MS, () -> sendAgain(message)));
  }

  private void sendAgain(Message message) {
    if (!stopped) {
      send(message);
    }
  }
}
