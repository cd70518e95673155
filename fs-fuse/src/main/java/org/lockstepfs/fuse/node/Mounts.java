package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.LeftRequest;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.control.StoppingException;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes that this daemon has mounted, one superblock each. A second mount of a volume becomes
 * a bind mount of the first. Thread-safe; mounts of different devices run side by side.
 */
final class Mounts {
  private static final Logger LOG = LoggerFactory.getLogger(Mounts.class);
  private static final int MOUNT_FAILED = 32;
  private static final long LEAVE_TIMEOUT_MS = 60_000;

  private final Mounter mounter;
  private final MountCalls calls;
  private final MountPoints points;
  private final MountNotes notes;
  private final Map<String, Mounter.Mounted> byDevice = new HashMap<>();
  private final Map<String, Object> mounting = new HashMap<>();
  private boolean used;
  private boolean stopping;

  Mounts(Mounter mounter, MountCalls calls, MountNotes notes) {
    this.mounter = mounter;
    this.calls = calls;
    this.points = new MountPoints(calls);
    this.notes = notes;
  }

  void mount(MountRequest request) throws IOException {
    String device = request.device();
    Mounter.Mounted first = claim(device);
    if (first != null) {
      bind(first, request);
      return;
    }
    try {
      Mounter.Mounted mounted = mounter.mount(device, request.dir(), request.options());
      synchronized (this) {
        byDevice.put(device, mounted);
        used = true;
      }
      notes.add(mounted.devno(), mounted.device());
      mounted.left().whenComplete((done, error) -> forget(mounted, error));
      LOG.info("mounted {} on {}", device, request.dir());
    } finally {
      synchronized (this) {
        mounting.remove(device);
        notifyAll();
      }
    }
  }

  /** Returns the mount of a device; null gives the caller the right to make it. */
  private synchronized Mounter.Mounted claim(String device) throws IOException {
    awaitMounting(device);
    if (stopping) {
      throw new StoppingException("the daemon is stopping");
    }
    Mounter.Mounted mounted = byDevice.get(device);
    if (mounted == null) {
      mounting.put(device, this);
    }
    return mounted;
  }

  private synchronized void awaitMounting(String device) throws IOException {
    try {
      while (mounting.containsKey(device)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void bind(Mounter.Mounted first, MountRequest request) throws IOException {
    MountOptions options = KernelMounter.kernelOptions(request.options());
    if (first.readOnly() && !options.readOnly()) {
      throw new ControlException(
          request.device() + " is mounted read-only; remount it, or mount this one with -o ro",
          MOUNT_FAILED);
    }
    String frontEnd = request.options().getOrDefault(FrontEnd.OPTION, first.frontEnd());
    if (!frontEnd.equals(first.frontEnd())) {
      throw new ControlException(
          request.device() + " is mounted with frontend=" + first.frontEnd() + " already",
          MOUNT_FAILED);
    }
    List<String> dirs = points.whole(first.devno());
    if (dirs.isEmpty()) {
      throw new ControlException(
          request.device() + " is just being unmounted, or mounted in part only", MOUNT_FAILED);
    }
    calls.bind(dirs.get(0), request.dir(), options.flags());
    LOG.info("mounted {} on {} as well", request.device(), request.dir());
  }

  private void forget(Mounter.Mounted mounted, Throwable error) {
    notes.remove(mounted.devno(), mounted.device());
    synchronized (this) {
      byDevice.remove(mounted.device(), mounted);
      notifyAll();
    }
    if (error == null) {
      LOG.info("left {}", mounted.device());
    } else {
      LOG.error("left {} after an error", mounted.device(), error);
    }
  }

  private synchronized Mounter.Mounted byDevno(String devno) {
    for (Mounter.Mounted mounted : byDevice.values()) {
      if (mounted.devno().equals(devno)) {
        return mounted;
      }
    }
    return null;
  }

  /** Lets a volume that was mounted read-only be changed; does nothing if it is not ours. */
  void allowWrites(String devno) throws IOException {
    Mounter.Mounted mounted = byDevno(devno);
    if (mounted != null && mounted.readOnly()) {
      mounted.allowWrites();
      LOG.info("{} may be written now", mounted.device());
    }
  }

  /**
   * Waits until a volume whose last mount went is left and clean; returns at once if it is still
   * mounted elsewhere, or not ours (any more).
   */
  void awaitLeft(LeftRequest request) throws IOException {
    Mounter.Mounted mounted = byDevno(request.devno());
    if (mounted == null || !points.of(request.devno()).isEmpty()) {
      return;
    }
    await(mounted, request.timeoutMs());
  }

  private static void await(Mounter.Mounted mounted, long timeoutMs) throws IOException {
    try {
      mounted.left().get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          mounted.device() + " is still being left after " + timeoutMs + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(
          "could not leave " + mounted.device() + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Notes that the daemon has a purpose other than mounts. */
  synchronized void use() {
    used = true;
  }

  /** Refuses every mount from now on if none succeeded or is under way; tells whether so. */
  synchronized boolean stopIfNeverUsed() {
    stopping = stopping || !used && mounting.isEmpty();
    return stopping;
  }

  /**
   * Unmounts everything and leaves every volume.
   *
   * @param force go on although a volume is in use
   * @throws ControlException if a volume is in use and {@code force} is not set; every volume stays
   *     mounted where it is
   */
  void stop(boolean force) throws IOException {
    List<Mounter.Mounted> all;
    synchronized (this) {
      stopping = true;
      all = new ArrayList<>(byDevice.values());
    }
    try {
      unmount(all, force);
      awaitAll(all);
    } catch (IOException e) {
      synchronized (this) {
        stopping = false;
      }
      throw e;
    }
  }

  private void unmount(List<Mounter.Mounted> all, boolean force) throws IOException {
    try {
      points.unmount(all.stream().map(Mounter.Mounted::devno).collect(Collectors.toSet()));
    } catch (IOException e) {
      if (!force) {
        throw e;
      }
      unmountByForce(all);
    }
  }

  private void unmountByForce(List<Mounter.Mounted> all) throws IOException {
    List<Mounter.Mounted> busy = new ArrayList<>(all);
    boolean freed;
    do {
      // Another one may have stood on a volume that went.
      freed = busy.removeIf(this::isUnmounted);
    } while (freed);
    for (Mounter.Mounted mounted : busy) {
      // While it has a name: where fusectl is not mounted, the kernel breaks it by that only.
      mounted.abort();
      points.detach(mounted.devno());
    }
  }

  private boolean isUnmounted(Mounter.Mounted mounted) {
    try {
      points.unmount(Set.of(mounted.devno()));
      return true;
    } catch (IOException e) {
      LOG.info("{}", e.getMessage());
      return false;
    }
  }

  private static void awaitAll(List<Mounter.Mounted> all) throws IOException {
    IOException first = null;
    for (Mounter.Mounted mounted : all) {
      try {
        await(mounted, LEAVE_TIMEOUT_MS);
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Cuts off everybody who uses a volume; leaves no volume. */
  void abort() {
    List<Mounter.Mounted> all;
    synchronized (this) {
      stopping = true;
      all = new ArrayList<>(byDevice.values());
    }
    for (Mounter.Mounted mounted : all) {
      try {
        mounted.abort();
      } catch (IOException e) {
        LOG.error("users of {} are not cut off: {}", mounted.device(), e.getMessage());
      }
    }
  }

  List<MountStatus> status() throws IOException {
    List<Mounter.Mounted> all;
    synchronized (this) {
      all = new ArrayList<>(byDevice.values());
    }
    List<MountStatus> shown = new ArrayList<>();
    for (Mounter.Mounted mounted : all) {
      MountStatus status = mounted.status();
      shown.add(
          new MountStatus(
              status.device(),
              status.devno(),
              points.of(mounted.devno()),
              status.uuid(),
              status.label(),
              status.slot(),
              status.readOnly(),
              status.stack()));
    }
    return shown;
  }
}
