package org.lockstepfs.fuse.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * One of two processes that pass locks to each other: each holds one of three locks, waits for the
 * next one and then releases its own, so that every step waits for the other process's.
 */
public final class HandOffWorker {
  static final int LOCKS = 3;

  private final Posix posix = new Posix();
  private final boolean flock;
  private final int[] files = new int[LOCKS];

  /**
   * Opens the files.
   *
   * @param flock locks whole files with flock(2), else bytes with fcntl(2)
   */
  public HandOffWorker(boolean flock, Path dir) throws IOException {
    this.flock = flock;
    for (int i = 0; i < LOCKS; i++) {
      String name = flock ? "handoff" + i : "handoff";
      files[i] = posix.open(dir.resolve(name).toString(), Posix.CREATE);
    }
  }

  /**
   * Takes the first lock, says "ready", waits for a line on standard input, and then does its
   * steps. Prints a line for each: when the wait began, when it ended, when the release began; the
   * clock is the machine's monotonic one, in nanoseconds.
   *
   * @param start which lock to begin with
   */
  public void run(int start, int steps, long budgetMs, PrintStream out) throws IOException {
    lock(start % LOCKS);
    out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    in.readLine();
    long[] times = new long[3 * steps];
    long end = System.nanoTime() + budgetMs * 1_000_000;
    int done = 0;
    while (done < steps && System.nanoTime() < end) {
      int held = (start + done) % LOCKS;
      times[3 * done] = System.nanoTime();
      lock((held + 1) % LOCKS);
      times[3 * done + 1] = System.nanoTime();
      times[3 * done + 2] = System.nanoTime();
      unlock(held);
      done++;
    }
    unlock((start + done) % LOCKS);
    for (int i = 0; i < done; i++) {
      out.println(times[3 * i] + " " + times[3 * i + 1] + " " + times[3 * i + 2]);
    }
  }

  private void lock(int which) throws IOException {
    if (flock) {
      posix.flock(files[which], Posix.LOCK_EX);
    } else {
      posix.lockByte(files[which], which);
    }
  }

  private void unlock(int which) throws IOException {
    if (flock) {
      posix.flock(files[which], Posix.LOCK_UN);
    } else {
      posix.unlockByte(files[which], which);
    }
  }
}
