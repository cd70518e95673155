package org.lockstepfs.stack.plock;

import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.plock.PlockConfig;
import org.lockstepfs.locks.plock.PlockConflict;
import org.lockstepfs.locks.plock.PlockEffects;
import org.lockstepfs.locks.plock.PlockEngine;
import org.lockstepfs.locks.plock.PlockEnvelope;
import org.lockstepfs.locks.plock.PlockRequest;
import org.lockstepfs.locks.plock.PlockResult;
import org.lockstepfs.locks.plock.PlockView;
import org.lockstepfs.stack.glue.PlockStats;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.mailbox.Mailbox;

/** The actor around one volume's plock engine. Thread-safe; never blocks. */
public final class PlockActor implements PosixLocks {
  private static final int TICK_MS = 1_000;

  private final Mailbox mailbox = new Mailbox();
  private final PlockEngine engine;
  private final ScheduledFuture<?> ticks;
  private final PlockStats stats = new PlockStats(System::nanoTime);

  /**
   * Makes an actor; requests wait until the first {@link #view}.
   *
   * @param effects called in the mailbox
   */
  public PlockActor(PlockConfig config, PlockEffects effects, ScheduledExecutorService executor) {
    engine =
        new PlockEngine(
            config,
            (node, envelope) -> {
              stats.message();
              effects.send(node, envelope);
            });
    ticks =
        executor.scheduleWithFixedDelay(
            () -> mailbox.post(engine::tick), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  /** Runs something in the mailbox: never at the same time as the engine. */
  void post(Runnable event) {
    mailbox.post(event);
  }

  /** Enters a view, which holds this node. */
  void view(PlockView view) {
    mailbox.post(() -> engine.view(view));
  }

  /** Takes a message; {@code taken} learns whether all before it had come. */
  void receive(PlockEnvelope envelope, Consumer<Boolean> taken) {
    mailbox.post(() -> taken.accept(engine.onMessage(envelope)));
  }

  /** Ends all requests with EIO, and those to come. */
  void shutdown() {
    ticks.cancel(false);
    mailbox.post(engine::shutdown);
  }

  /** A lock request and, once the engine has it, its handle there. */
  private final class PendingLock implements Pending {
    private PlockRequest request;

    @Override
    public void cancel() {
      mailbox.post(
          () -> {
            if (request != null) {
              engine.cancel(request);
            }
          });
    }
  }

  @Override
  public Pending lock(
      long inode, Owner owner, Range range, boolean exclusive, boolean wait, Consumer<Errno> done) {
    PendingLock pending = new PendingLock();
    mailbox.post(
        () -> {
          PlockStats.Request counted = stats.request();
          long messages = stats.messages();
          pending.request =
              engine.lock(
                  inode,
                  owner.owner(),
                  owner.pid(),
                  range.start(),
                  range.end(),
                  exclusive,
                  wait,
                  (result, conflict) -> {
                    counted.ended(errno(result));
                    done.accept(errno(result));
                  });
          counted.left();
          if (stats.messages() != messages) {
            stats.remote();
          }
        });
    return pending;
  }

  @Override
  public void unlock(long inode, Owner owner, Range range, Consumer<Errno> done) {
    mailbox.post(
        () ->
            engine.unlock(
                inode,
                owner.owner(),
                range.start(),
                range.end(),
                (result, conflict) -> done.accept(errno(result))));
  }

  @Override
  public void test(
      long inode,
      Owner owner,
      Range range,
      boolean exclusive,
      BiConsumer<Errno, Optional<Conflict>> done) {
    mailbox.post(
        () ->
            engine.test(
                inode,
                owner.owner(),
                range.start(),
                range.end(),
                exclusive,
                (result, conflict) ->
                    done.accept(errno(result), Optional.ofNullable(conflict).map(c -> shown(c)))));
  }

  @Override
  public void close(long inode, Owner owner, Consumer<Errno> done) {
    mailbox.post(
        () -> engine.close(inode, owner.owner(), (result, conflict) -> done.accept(errno(result))));
  }

  @Override
  public PlockStats stats() {
    return stats;
  }

  private static Conflict shown(PlockConflict conflict) {
    return new Conflict(
        conflict.owner().node(),
        new Owner(conflict.owner().owner(), conflict.pid()),
        new Range(conflict.start(), conflict.end()),
        conflict.exclusive());
  }

  private static Errno errno(PlockResult result) {
    return switch (result) {
      case GRANTED -> null;
      case AGAIN -> Errno.EAGAIN;
      case DEADLOCK -> Errno.EDEADLK;
      case INTERRUPTED -> Errno.EINTR;
      case NO_LOCKS -> Errno.ENOLCK;
      case IO_ERROR -> Errno.EIO;
    };
  }
}
