package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.HeartbeatRefs;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * References that tools hold on volumes' heartbeats, beside those of mounts: while there is one the
 * volume's heartbeat goes on. They end with the daemon, in whatever way that ends. Thread-safe.
 *
 * <p>Source: ocfs2_hb_ctl(8).
 */
final class HeartbeatReferences implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatReferences.class);
  private static final int FAILED = 1;
  private static final int MAX_REFERENCES = 1 << 20;

  /** One volume's. */
  private static final class Entry {
    private final String device;
    private final Mounter.HeldVolume volume;
    private int count;

    Entry(String device, Mounter.HeldVolume volume) {
      this.device = device;
      this.volume = volume;
    }
  }

  private final Mounter mounter;
  private final Mounts mounts;
  private final Map<String, Entry> byUuid = new LinkedHashMap<>();

  HeartbeatReferences(Mounter mounter, Mounts mounts) {
    this.mounter = mounter;
    this.mounts = mounts;
  }

  /**
   * Takes a reference; the first one starts the heartbeat.
   *
   * @param volume a device's path; a UUID of a volume that has a heartbeat already
   */
  synchronized void start(String volume) throws IOException {
    Entry entry = find(volume);
    if (entry == null) {
      String device = deviceOf(volume);
      Mounter.HeldVolume held = mounter.hold(device);
      entry = new Entry(device, held);
      byUuid.put(held.uuid(), entry);
      LOG.info("{}: its heartbeat goes on, mounted or not", device);
    }
    if (entry.count == MAX_REFERENCES) {
      throw new ControlException(volume + " has " + entry.count + " references", FAILED);
    }
    entry.count++;
  }

  /** Drops a reference; with the last one the heartbeat ends, unless the volume is mounted. */
  synchronized void stop(String volume) throws IOException {
    Entry entry = find(volume);
    if (entry == null) {
      throw new ControlException("no reference is held on " + volume, FAILED);
    }
    if (entry.count == 1) {
      entry.volume.close();
      byUuid.values().remove(entry);
      LOG.info("{}: no reference is left", entry.device);
    }
    entry.count--;
  }

  /** Returns how many references there are on a volume, by device or UUID. */
  synchronized int count(String volume) {
    Entry entry = find(volume);
    return entry == null ? 0 : entry.count;
  }

  private Entry find(String volume) {
    for (Entry entry : byUuid.values()) {
      if (entry.device.equals(volume) || entry.volume.uuid().equals(plain(volume))) {
        return entry;
      }
    }
    return null;
  }

  private String deviceOf(String volume) throws IOException {
    if (volume.startsWith("/")) {
      return volume;
    }
    for (MountStatus mounted : mounts.status()) {
      if (mounted.uuid().equals(plain(volume))) {
        return mounted.device();
      }
    }
    throw new ControlException(
        "no volume with UUID " + volume + " is mounted here; name its device", FAILED);
  }

  private static String plain(String uuid) {
    return uuid.replace("-", "").toUpperCase(Locale.ROOT);
  }

  /** Returns the volumes of clusters that this node has mounted or is asked to beat for. */
  synchronized List<HeartbeatRefs> refs() throws IOException {
    Map<String, HeartbeatRefs> refs = new LinkedHashMap<>();
    for (MountStatus mounted : mounts.status()) {
      if (!mounted.stack().equals("local")) {
        refs.put(mounted.uuid(), new HeartbeatRefs(mounted.device(), mounted.uuid(), 0, true));
      }
    }
    for (Entry entry : byUuid.values()) {
      String uuid = entry.volume.uuid();
      refs.put(uuid, new HeartbeatRefs(entry.device, uuid, entry.count, refs.containsKey(uuid)));
    }
    return new ArrayList<>(refs.values());
  }

  /** Drops all references. */
  @Override
  public synchronized void close() throws IOException {
    for (Entry entry : List.copyOf(byUuid.values())) {
      entry.volume.close();
      byUuid.values().remove(entry);
    }
  }
}
