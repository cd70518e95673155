package org.lockstepfs.locks.plock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The state that the parts of one engine share. */
final class Core {
  final PlockConfig config;
  final Peers peers;
  final LocalOwners owners;
  final Map<Long, FileEntry> files = new HashMap<>();
  private final Deque<PlockRequest> ended = new ArrayDeque<>();
  private long lastNumber;

  Core(PlockConfig config, PlockEffects effects) {
    this.config = config;
    this.peers = new Peers(config, effects);
    this.owners = new LocalOwners(config.self().node());
  }

  int self() {
    return config.self().node();
  }

  /** Returns a number that this life of the node has not used yet; never 0. */
  long nextNumber() {
    return ++lastNumber;
  }

  /** Returns the file's entry, made if need be; null when there are too many. */
  FileEntry entry(long inode) {
    FileEntry entry = files.get(inode);
    if (entry == null) {
      if (files.size() >= config.maxFiles()) {
        return null;
      }
      entry = makeEntry(inode);
    }
    entry.idle = 0;
    return entry;
  }

  /** Makes the entry of a file that has none, whatever the bound. */
  FileEntry makeEntry(long inode) {
    FileEntry entry = new FileEntry(inode, owners);
    files.put(inode, entry);
    return entry;
  }

  /** Makes this node the owner of the file's table. */
  void own(FileEntry entry) {
    entry.owner = self();
    entry.table = new FileTable(config, owners);
  }

  /** Ends a request; its callback is called when the event at hand is done with. */
  void finish(PlockRequest request, PlockResult result, PlockConflict conflict) {
    if (request.state == PlockRequest.State.DONE) {
      return;
    }
    request.state = PlockRequest.State.DONE;
    request.result = result;
    request.conflict = conflict;
    if (request.waits()) {
      owners.endWaiting(request);
    }
    ended.add(request);
  }

  /** Returns the next ended request whose callback is due, or null. */
  PlockRequest nextEnded() {
    return ended.poll();
  }
}
