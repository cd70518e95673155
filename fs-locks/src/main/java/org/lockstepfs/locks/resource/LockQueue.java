package org.lockstepfs.locks.resource;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * One queue of a resource, in order of arrival. The links live in the locks, so that an empty queue
 * costs next to nothing and a lock moves in constant time.
 *
 * @param <L> the lock manager's own lock class
 */
public final class LockQueue<L extends QueuedLock<L>> implements Iterable<L> {
  private L head;
  private L tail;
  private int size;

  /** Returns whether no lock stands here. */
  public boolean isEmpty() {
    return head == null;
  }

  /** Returns the number of locks. */
  public int size() {
    return size;
  }

  /** Returns the oldest lock, or null. */
  public L first() {
    return head;
  }

  /** Returns the lock after this one, or null; the lock must stand in this queue. */
  public L after(L lock) {
    return lock.next;
  }

  /**
   * Takes the lock out of the queue where it stands, if any, and puts it at the tail of this one.
   */
  public void moveToTail(L lock) {
    detach(lock);
    lock.queue = this;
    lock.previous = tail;
    if (tail == null) {
      head = lock;
    } else {
      tail.next = lock;
    }
    tail = lock;
    size++;
  }

  /**
   * Takes the lock out of the queue where it stands, if any, and puts it at the head of this one.
   */
  public void moveToHead(L lock) {
    detach(lock);
    lock.queue = this;
    lock.next = head;
    if (head == null) {
      tail = lock;
    } else {
      head.previous = lock;
    }
    head = lock;
    size++;
  }

  /** Takes a lock out of the queue where it stands; no effect if it stands in none. */
  public static <L extends QueuedLock<L>> void detach(L lock) {
    LockQueue<L> queue = lock.queue;
    if (queue != null) {
      queue.unlink(lock);
    }
  }

  private void unlink(L lock) {
    if (lock.previous == null) {
      head = lock.next;
    } else {
      lock.previous.next = lock.next;
    }
    if (lock.next == null) {
      tail = lock.previous;
    } else {
      lock.next.previous = lock.previous;
    }
    lock.queue = null;
    lock.previous = null;
    lock.next = null;
    size--;
  }

  /** Iterates oldest first; the lock just returned may leave the queue meanwhile. */
  @Override
  public Iterator<L> iterator() {
    return new Iterator<>() {
      private L upcoming = head;

      @Override
      public boolean hasNext() {
        return upcoming != null;
      }

      @Override
      public L next() {
        if (upcoming == null) {
          throw new NoSuchElementException();
        }
        L lock = upcoming;
        upcoming = lock.next;
        return lock;
      }
    };
  }
}
