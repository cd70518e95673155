package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.StatFs;

/**
 * What the file system answers, from whatever thread, for the thread of libfuse that waits for it.
 * The first answer counts.
 *
 * @param <T> a success
 */
abstract class Answer<T> implements Replies.Failable {
  private final CompletableFuture<T> given = new CompletableFuture<>();

  /**
   * A call of the file system that takes a reply.
   *
   * @param <A> the reply
   */
  interface Call<A> {
    void run(A reply) throws IOException;
  }

  /**
   * Makes a call and waits for its answer; while that takes long, looks from time to time whether
   * the caller has been interrupted.
   *
   * @throws ErrnoException what the file system answered
   * @throws IOException what it threw
   */
  static <T, A extends Answer<T>> T of(A answer, Caller rq, Call<A> call) throws IOException {
    call.run(answer);
    return answer.await(rq);
  }

  final T await(Caller rq) throws IOException {
    while (true) {
      try {
        return given.get(PathFrontEnd.POLL_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        rq.poll();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ErrnoException(Errno.EINTR, "wait for an answer");
      }
    }
  }

  @Override
  public final void error(Errno errno) {
    given.completeExceptionally(new ErrnoException(errno, "answer"));
  }

  final void give(T value) {
    given.complete(value);
  }

  /** Success without data. */
  static final class Done extends Answer<Void> implements Replies.Ok {
    @Override
    public void ok() {
      give(null);
    }
  }

  /** An inode, with the reference that it counts. */
  static final class OfEntry extends Answer<Entry> implements Replies.Entries {
    @Override
    public void entry(Entry entry) {
      give(entry);
    }
  }

  /** Attributes. */
  static final class OfAttr extends Answer<Attr> implements Replies.Attrs {
    @Override
    public void attr(Attr attr, long validMs) {
      give(attr);
    }
  }

  /** An open file or directory. */
  static final class OfOpen extends Answer<OpenFile> implements Replies.Opens {
    @Override
    public void opened(OpenFile file) {
      give(file);
    }
  }

  /** A file made and opened. */
  record Created(Entry entry, OpenFile file) {}

  /** A file made and opened. */
  static final class OfCreate extends Answer<Created> implements Replies.Creates {
    @Override
    public void created(Entry entry, OpenFile file) {
      give(new Created(entry, file));
    }
  }

  /** Bytes, in the buffer that it was made with. */
  static final class OfData extends Answer<ByteBuffer> implements Replies.Data {
    private final ByteBuffer buffer;

    OfData(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public ByteBuffer buffer() {
      return buffer;
    }

    /** What was read is the buffer itself, or other memory. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public void data(ByteBuffer data) {
      give(data == buffer ? buffer : buffer.clear().put(data.duplicate()).flip());
    }
  }

  /** A count of bytes written. */
  static final class OfWrite extends Answer<Integer> implements Replies.Writes {
    @Override
    public void written(int bytes) {
      give(bytes);
    }
  }

  /** Totals. */
  static final class OfStats extends Answer<StatFs> implements Replies.Stats {
    @Override
    public void statfs(StatFs statfs) {
      give(statfs);
    }
  }

  /** A lock that is in the way, or one of type UNLOCK. */
  static final class OfLock extends Answer<FileLock> implements Replies.Locks {
    @Override
    public void lock(FileLock lock) {
      give(lock);
    }
  }
}
