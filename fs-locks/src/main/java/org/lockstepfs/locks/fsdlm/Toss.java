package org.lockstepfs.locks.fsdlm;

import java.util.ArrayDeque;
import java.util.Deque;
import org.lockstepfs.locks.fsdlm.message.Remove;

/**
 * Resources without locks. They are kept for a while, with what is known of their masters; then
 * forgotten, and a master tells the directory so.
 *
 * <p>Source: Linux fs/dlm/lock.c, toss_rsb and shrink_bucket.
 */
final class Toss {
  /** How long an unused resource is kept (ci_toss_secs). */
  static final long TOSS_MS = 10_000;

  private record Entry(Rsb res, long sinceMs) {}

  private final Lockspace ls;
  private final Deque<Entry> entries = new ArrayDeque<>();

  Toss(Lockspace ls) {
    this.ls = ls;
  }

  void add(Rsb res) {
    res.lvb = null;
    res.valNotValid = false;
    res.tossedAtMs = ls.nowMs;
    if (!res.onToss) {
      res.onToss = true;
      entries.add(new Entry(res, ls.nowMs));
    }
  }

  long nextDueMs() {
    return entries.isEmpty() || !ls.running ? Long.MAX_VALUE : entries.peek().sinceMs + TOSS_MS;
  }

  void run() {
    while (nextDueMs() <= ls.nowMs) {
      Entry entry = entries.remove();
      Rsb res = entry.res;
      res.onToss = false;
      if (res.users == 0 && res.tossedAtMs != entry.sinceMs) {
        res.onToss = true;
        entries.add(new Entry(res, res.tossedAtMs));
      } else if (res.users == 0) {
        ls.resources.remove(res.name);
        if (res.master == ls.self) {
          forgetInDirectory(res);
        }
      }
    }
  }

  private void forgetInDirectory(Rsb res) {
    int dir = ls.directory.nodeOf(res.name);
    if (dir == ls.self) {
      ls.directory.remove(res.name, ls.self);
    } else {
      ls.send(dir, new Remove(res.name));
    }
  }

  /** Recovery: forgets all unused resources; the directory is built anew without them. */
  void clear() {
    for (Entry entry : entries) {
      entry.res.onToss = false;
      if (entry.res.users == 0) {
        ls.resources.remove(entry.res.name);
      }
    }
    entries.clear();
  }
}
