package org.lockstepfs.fuse.sim;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread of a node that can wait, in simulated time. */
final class SimTimer extends AbstractExecutorService implements ScheduledExecutorService {
  private final Later later;
  private final Executor executor;

  SimTimer(Later later, Executor executor) {
    this.later = later;
    this.executor = executor;
  }

  /** Runs things later. */
  interface Later {
    void after(long ms, Runnable task);
  }

  private static final class Alarm extends CompletableFuture<Object>
      implements ScheduledFuture<Object> {
    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Delayed other) {
      throw new UnsupportedOperationException();
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    Alarm alarm = new Alarm();
    later.after(
        unit.toMillis(delay),
        () -> {
          if (!alarm.isCancelled()) {
            task.run();
          }
        });
    return alarm;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long delay, long period, TimeUnit unit) {
    Alarm alarm = new Alarm();
    repeat(alarm, task, unit.toMillis(delay), unit.toMillis(period));
    return alarm;
  }

  private void repeat(Alarm alarm, Runnable task, long delayMs, long periodMs) {
    later.after(
        delayMs,
        () -> {
          if (!alarm.isCancelled()) {
            repeat(alarm, task, periodMs, periodMs);
            task.run();
          }
        });
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long delay, long pause, TimeUnit unit) {
    return scheduleAtFixedRate(task, delay, pause, unit);
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
