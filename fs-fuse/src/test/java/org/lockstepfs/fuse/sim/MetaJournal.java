package org.lockstepfs.fuse.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A node's journal: the running transaction, the committed ones, and how they reach the disk. */
final class MetaJournal {
  private final FileSystem owner;
  private final Life life;
  private final SimDisk disk;
  private final Rules rules;
  private final Queue<Consumer<Runnable>> tasks = new ArrayDeque<>();
  private final List<SimDisk.Transaction> committed = new ArrayList<>();
  private TreeMap<Integer, Long> running = new TreeMap<>();
  private SimDisk.Transaction committing;
  private boolean busy;

  MetaJournal(FileSystem owner, Life life, SimDisk disk, Rules rules) {
    this.owner = owner;
    this.life = life;
    this.disk = disk;
    this.rules = rules;
  }

  void dirty(int inode, long version) {
    running.put(inode, version);
  }

  /** Returns whether nothing of the inode is on its way to the disk. */
  boolean isClean(int inode) {
    return !running.containsKey(inode)
        && (committing == null || !committing.blocks().containsKey(inode))
        && committed.stream().noneMatch(t -> t.blocks().containsKey(inode));
  }

  /** Commits what was done until now. */
  void commit(Runnable done) {
    enqueue(this::doCommit, done);
  }

  /** Commits, writes everything to its place and empties the journal. */
  void flush(Runnable done) {
    enqueue(next -> doCommit(() -> checkpoint(next)), done);
  }

  private void enqueue(Consumer<Runnable> task, Runnable done) {
    tasks.add(
        end ->
            task.accept(
                () -> {
                  done.run();
                  end.run();
                }));
    next();
  }

  private void next() {
    if (!busy && !tasks.isEmpty()) {
      busy = true;
      tasks
          .remove()
          .accept(
              () -> {
                busy = false;
                next();
              });
    }
  }

  private void doCommit(Runnable done) {
    if (running.isEmpty()) {
      done.run();
      return;
    }
    SimDisk.Transaction transaction = new SimDisk.Transaction(running);
    running = new TreeMap<>();
    committing = transaction;
    life.store(
        () -> disk.append(owner, transaction),
        () -> {
          committed.add(transaction);
          committing = null;
          done.run();
        });
  }

  private void checkpoint(Runnable done) {
    TreeMap<Integer, Long> blocks = new TreeMap<>();
    committed.forEach(t -> blocks.putAll(t.blocks()));
    if (committed.isEmpty()) {
      done.run();
      return;
    }
    writeInPlace(
        blocks,
        () -> {
          if (rules.checkpointEmptiesJournal()) {
            life.store(() -> disk.truncate(owner), () -> checkpointed(done));
          } else {
            checkpointed(done);
          }
        });
  }

  private void checkpointed(Runnable done) {
    committed.clear();
    done.run();
  }

  private void writeInPlace(NavigableMap<Integer, Long> blocks, Runnable done) {
    Map.Entry<Integer, Long> block = blocks.pollFirstEntry();
    if (block == null) {
      done.run();
    } else {
      life.store(
          () -> disk.write(owner, block.getKey(), block.getValue()),
          () -> writeInPlace(blocks, done));
    }
  }
}
