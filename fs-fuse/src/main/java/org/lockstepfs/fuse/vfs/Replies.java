package org.lockstepfs.fuse.vfs;

import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;

/** The reply objects of {@link FileSystem}'s operations. Exactly one method is called, once. */
public final class Replies {
  private Replies() {}

  /** Any operation may fail. */
  public interface Failable {
    /** Answers with an error. */
    void error(Errno errno);
  }

  /** Success without data. */
  public interface Ok extends Failable {
    /** Answers with success. */
    void ok();
  }

  /** An inode found or made. */
  public interface Entries extends Failable {
    /** Answers with an entry. */
    void entry(Entry entry);
  }

  /** Attributes. */
  public interface Attrs extends Failable {
    /** Answers with attributes that the kernel may trust for {@code validMs} milliseconds. */
    void attr(Attr attr, long validMs);
  }

  /** An open file or directory. */
  public interface Opens extends Failable {
    /** Answers with a handle. */
    void opened(OpenFile file);
  }

  /** A file made and opened. */
  public interface Creates extends Failable {
    /** Answers with the new entry and its handle. */
    void created(Entry entry, OpenFile file);
  }

  /** Bytes: of a file, or of a symbolic link. */
  public interface Data extends Failable {
    /** Returns a page-aligned direct buffer of at least the size asked for, to be filled. */
    ByteBuffer buffer();

    /** Answers with what lies between the buffer's position and limit; read before return. */
    void data(ByteBuffer data);
  }

  /** A count of bytes written. */
  public interface Writes extends Failable {
    /** Answers with the number of bytes written. */
    void written(int bytes);
  }

  /**
   * Directory entries, as many as fit. A failure after entries were added ends the listing there;
   * the next readdir meets it again.
   */
  public interface Listing extends Failable {
    /**
     * Adds an entry.
     *
     * @param ino inode number
     * @param nextOffset where a later readdir goes on behind this entry; never 0
     * @param type file type, the top four bits of the mode shifted down by 12
     * @param entry for readdirplus: the looked-up entry, which counts a reference if this returns
     *     true; null for "." and "..", or to give the name alone
     * @return false if it does not fit; the listing ends before it
     */
    boolean add(Name name, long ino, long nextOffset, int type, Entry entry);

    /** Answers with the entries added. */
    void done();
  }

  /** Totals. */
  public interface Stats extends Failable {
    /** Answers with totals. */
    void statfs(StatFs statfs);
  }

  /** A lock found by GETLK. */
  public interface Locks extends Failable {
    /** Answers with a conflicting lock, or with type UNLOCK if there is none. */
    void lock(FileLock lock);
  }

  /** A file position. */
  public interface Offsets extends Failable {
    /** Answers with a position in bytes. */
    void offset(long offset);
  }
}
