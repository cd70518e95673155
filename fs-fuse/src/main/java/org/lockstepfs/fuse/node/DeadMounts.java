package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detaches what a killed daemon of this node has left mounted: mounts of Lockstep volumes that are
 * in the node's notes and that nobody serves any more. Leaves alone what answers, what keeps silent
 * and what carries another mount; never waits for ever.
 */
final class DeadMounts {
  private static final Logger LOG = LoggerFactory.getLogger(DeadMounts.class);
  private static final long ANSWER_MS = 2_000;

  private final MountNotes notes;
  private final MountCalls calls;
  private final long answerMs;

  /** Tidies up after the node whose notes these are. */
  DeadMounts(MountNotes notes, MountCalls calls) {
    this(notes, calls, ANSWER_MS);
  }

  /**
   * Tidies up after a node.
   *
   * @param answerMs how long a mount may take to say whether it is dead
   */
  DeadMounts(MountNotes notes, MountCalls calls, long answerMs) {
    this.notes = notes;
    this.calls = calls;
    this.answerMs = answerMs;
  }

  /**
   * Detaches the node's dead mounts, with one line in the log for each.
   *
   * @param which of them, for a caller that cares for some only
   */
  void detach(Predicate<MountInfo> which) throws IOException {
    Set<String> silent = new HashSet<>();
    for (MountInfo mount : own(which)) {
      if (!silent.contains(mount.devno()) && !detach(mount)) {
        silent.add(mount.devno());
      }
    }
  }

  private List<MountInfo> own(Predicate<MountInfo> which) throws IOException {
    Set<MountInfo> own = new HashSet<>();
    List<MountInfo> table = calls.table();
    for (MountInfo mount : table) {
      if (which.test(mount) && notes.isOwn(mount)) {
        own.add(mount);
      }
    }
    return new MountTree(table).innermostFirst(own::contains);
  }

  /** Returns whether its file system has answered, if only with an error. */
  private boolean detach(MountInfo mount) throws IOException {
    List<MountInfo> on = new MountTree(calls.table()).on(mount);
    if (!on.isEmpty()) {
      LOG.warn("{} is left as it is: {} is mounted there", mount.dir(), on.get(0).dir());
      return true;
    }
    try {
      if (bounded(() -> calls.detachIfDead(mount))) {
        LOG.info("detached {}, a dead mount of {}", mount.dir(), mount.source());
      }
      return true;
    } catch (TimeoutException e) {
      LOG.warn("{} is left as it is: it does not answer", mount.dir());
      return false;
    } catch (IOException e) {
      LOG.warn("{} is left as it is: {}", mount.dir(), e.getMessage());
      return true;
    }
  }

  /**
   * Tells whether nobody serves a mount any more, whoever's it is.
   *
   * @throws IOException if it does not say so in time
   */
  boolean isDead(MountInfo mount) throws IOException {
    try {
      return bounded(() -> calls.isDead(mount));
    } catch (TimeoutException e) {
      throw new IOException(mount.dir() + " does not answer", e);
    }
  }

  private interface Question {
    boolean ask() throws IOException;
  }

  /** A thread that no answer reaches is lost, but holds nobody up. */
  private boolean bounded(Question question) throws IOException, TimeoutException {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                answer.complete(question.ask());
              } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            },
            "dead-mounts");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(answerMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
