package org.lockstepfs.stack.o2net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Messages of one type and key to one node, in order, over links that break and come back: each is
 * kept until its receipt is confirmed, and all that are not are sent again when one may have been
 * lost. So that sending again gets on, however many wait, only some are on their way at a time.
 *
 * <p>Status 0 confirms a message and all before it: the receiver answers another status to one
 * whose predecessor it lacks, and 0 to one that it has already. Used inside one mailbox.
 */
public final class ConfirmedLink {
  static final int WINDOW = 1024;

  /** Messages that are kept: more than a lock manager has under way to one node. */
  static final int MAX_UNCONFIRMED = 1 << 20;

  private record Kept(long number, byte[] payload) {}

  private final Transport net;
  private final int node;
  private final int type;
  private final int key;
  private final Executor mailbox;
  private final Consumer<ConfirmedLink> onFailure;
  private final Deque<Kept> sent = new ArrayDeque<>();
  private final Deque<Kept> unsent = new ArrayDeque<>();
  private long last;
  private int attempt;
  private boolean failed;
  private boolean closed;

  /**
   * Makes a link.
   *
   * @param mailbox where answers are handled
   * @param onFailure told that nothing more is sent until {@link #retry}; may not call it at once
   */
  public ConfirmedLink(
      Transport net,
      int node,
      int type,
      int key,
      Executor mailbox,
      Consumer<ConfirmedLink> onFailure) {
    this.net = net;
    this.node = node;
    this.type = type;
    this.key = key;
    this.mailbox = mailbox;
    this.onFailure = onFailure;
  }

  /**
   * Sends a message in its turn.
   *
   * @param payload not to be changed afterwards
   * @return false if it could not be kept: the receiver confirms nothing, and the link is useless
   */
  public boolean send(byte[] payload) {
    if (sent.size() + unsent.size() >= MAX_UNCONFIRMED) {
      return false;
    }
    unsent.add(new Kept(++last, payload));
    transmit();
    return true;
  }

  private void transmit() {
    while (!failed && !closed && sent.size() < WINDOW && !unsent.isEmpty()) {
      Kept next = unsent.remove();
      sent.add(next);
      int of = attempt;
      net.send(
          node,
          type,
          key,
          next.payload,
          (result, status) ->
              mailbox.execute(
                  () -> answered(of, next, result == SendResult.DELIVERED && status == 0)));
    }
  }

  private void answered(int of, Kept message, boolean confirmed) {
    if (closed) {
      return;
    }
    if (confirmed) {
      while (!sent.isEmpty() && sent.element().number <= message.number) {
        sent.remove();
      }
      transmit();
    } else if (of == attempt) {
      attempt++;
      failed = true;
      onFailure.accept(this);
    }
  }

  /** Sends again what was not confirmed, if something went wrong. */
  public void retry() {
    if (failed && !closed) {
      failed = false;
      while (!sent.isEmpty()) {
        unsent.addFirst(sent.removeLast());
      }
      transmit();
    }
  }

  /** Sends nothing more. */
  public void close() {
    closed = true;
    sent.clear();
    unsent.clear();
  }
}
