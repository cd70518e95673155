package org.lockstepfs.blockdev.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The entries in one block of a directory, or in the inline data of a small one. They fill the area
 * without a gap: each leads to the next by its {@code rec_len}, and an unused one has inode 0.
 *
 * <pre>
 * block without trailer |entry|entry| … |entry|
 * block with trailer    |entry| … |entry|trailer 64|   see {@link DirTrailer}
 * inline                |dinode … id_data: entry| … |entry|
 * </pre>
 *
 * <p>Every entry is checked when it is reached, by the kernel's rules. Source: fs/ocfs2/dir.c
 * (ocfs2_check_dir_entry, __ocfs2_add_entry, __ocfs2_delete_entry).
 */
public final class DirBlock {
  private final ByteBuffer block;
  private final long blkno;
  private final int start;
  private final int length;

  private DirBlock(ByteBuffer block, long blkno, int start, int length) {
    this.block = Check.littleEndian(block);
    this.blkno = blkno;
    this.start = start;
    this.length = length;
  }

  /**
   * Views a block of directory data.
   *
   * @param trailer whether the last 64 bytes are a trailer
   */
  public static DirBlock of(ByteBuffer block, long blkno, boolean trailer) {
    return new DirBlock(block, blkno, 0, block.capacity() - (trailer ? DirTrailer.SIZE : 0));
  }

  /** Views the entries of a directory with INLINE_DATA: {@code i_size} bytes of them. */
  public static DirBlock inline(Dinode dir) {
    return new DirBlock(dir.block(), dir.blkno(), dir.inlineData().dataOffset(), (int) dir.size());
  }

  /** Makes the area one unused entry. */
  public void initEmpty() {
    Blocks.zero(block, start, start + length);
    raw(0).setRecLen(length);
  }

  /** Makes the area the first of a directory: "." and "..", the latter owning all room. */
  public void initDots(long self, long parent) {
    Blocks.zero(block, start, start + length);
    int dotLength = DirEntry.recordLength(1);
    raw(0).write(self, FileType.DIRECTORY, new byte[] {'.'});
    raw(0).setRecLen(dotLength);
    raw(dotLength).write(parent, FileType.DIRECTORY, new byte[] {'.', '.'});
    raw(dotLength).setRecLen(length - dotLength);
  }

  /** Returns the bytes of the area. */
  public int length() {
    return length;
  }

  /**
   * Returns the entry that begins at an offset of the area.
   *
   * @throws CorruptBlockException if no proper entry can stand there
   */
  public DirEntry at(int offset) throws CorruptBlockException {
    if (offset < 0 || offset + DirEntry.NAME > length) {
      throw new CorruptBlockException(blkno, "dir entry", "no room at offset " + offset);
    }
    DirEntry entry = raw(offset);
    int recLen = entry.recLen();
    int next = offset + recLen;
    String problem = null;
    if (recLen < DirEntry.recordLength(1)) {
      problem = "is smaller than minimal";
    } else if (recLen % 4 != 0) {
      problem = "is no multiple of 4";
    } else if (recLen < DirEntry.recordLength(entry.nameLength())) {
      problem = "is too small for name_len " + entry.nameLength();
    } else if (next > length) {
      problem = "overruns the block";
    } else if (next != length && next > length - DirEntry.recordLength(1)) {
      problem = "ends too close to the end";
    }
    if (problem != null) {
      throw new CorruptBlockException(
          blkno, "rec_len", recLen + " at offset " + offset + " " + problem);
    }
    return entry;
  }

  /** Returns the entry after {@code entry}, or null at the end of the area. */
  public DirEntry next(DirEntry entry) throws CorruptBlockException {
    int offset = entry.offset() + entry.recLen();
    return offset < length ? at(offset) : null;
  }

  /**
   * Returns the first entry that begins at or after an offset, walking from the start: what readdir
   * needs after the block changed behind its position. Null if there is none.
   */
  public DirEntry atOrAfter(int offset) throws CorruptBlockException {
    DirEntry entry = length > 0 ? at(0) : null;
    while (entry != null && entry.offset() < offset) {
      entry = next(entry);
    }
    return entry;
  }

  /** Receives entries. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes one entry in use; returns false to stop. */
    boolean visit(DirEntry entry) throws IOException;
  }

  /** Shows every entry in use to a visitor until it declines; returns whether it never did. */
  public boolean forEach(Visitor visitor) throws IOException {
    for (DirEntry entry = atOrAfter(0); entry != null; entry = next(entry)) {
      if (entry.isUsed() && !visitor.visit(entry)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the entry in use with that name, or null. */
  public DirEntry find(byte[] name) throws CorruptBlockException {
    for (DirEntry entry = atOrAfter(0); entry != null; entry = next(entry)) {
      if (entry.matches(name)) {
        return entry;
      }
    }
    return null;
  }

  /** Returns whether nothing but "." and ".." is in use. */
  public boolean isEmpty() throws CorruptBlockException {
    for (DirEntry entry = atOrAfter(0); entry != null; entry = next(entry)) {
      if (entry.isUsed() && !entry.isDot()) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a name of that length would fit. */
  public boolean hasRoomFor(int nameLength) throws CorruptBlockException {
    return findRoom(DirEntry.recordLength(nameLength)) != null;
  }

  /**
   * Adds an entry where there is room for it: in an unused entry or behind the name of a used one.
   * Does not look whether the name exists.
   *
   * @param name 1 to 255 bytes
   * @return the entry, or null if the block has no room
   */
  public DirEntry insert(byte[] name, long inode, FileType type) throws CorruptBlockException {
    if (name.length < 1 || name.length > Limits.MAX_NAME_LENGTH) {
      throw new IllegalArgumentException("name of " + name.length + " bytes");
    }
    DirEntry room = findRoom(DirEntry.recordLength(name.length));
    if (room == null) {
      return null;
    }
    DirEntry target = room;
    if (room.isUsed()) {
      int kept = DirEntry.recordLength(room.nameLength());
      target = raw(room.offset() + kept);
      target.setRecLen(room.recLen() - kept);
      room.setRecLen(kept);
    }
    target.write(inode, type, name);
    return target;
  }

  /**
   * Removes an entry of this area: the one before it takes its bytes, if there is one.
   *
   * @throws CorruptBlockException if walking the area does not come by the entry
   */
  public void delete(DirEntry victim) throws CorruptBlockException {
    DirEntry previous = null;
    DirEntry entry = atOrAfter(0);
    while (entry != null && entry.offset() < victim.offset()) {
      previous = entry;
      entry = next(entry);
    }
    if (entry == null || entry.offset() != victim.offset()) {
      throw new CorruptBlockException(
          blkno, "dir entry", "no entry begins at offset " + victim.offset());
    }
    if (previous != null) {
      previous.setRecLen(previous.recLen() + entry.recLen());
    }
    entry.setInode(0, FileType.UNKNOWN);
  }

  private DirEntry findRoom(int needed) throws CorruptBlockException {
    for (DirEntry entry = atOrAfter(0); entry != null; entry = next(entry)) {
      int taken = entry.isUsed() ? DirEntry.recordLength(entry.nameLength()) : 0;
      if (entry.recLen() - taken >= needed) {
        return entry;
      }
    }
    return null;
  }

  /**
   * Gives bytes that were added behind the area to its last entry, or makes them an unused entry of
   * their own; for a directory that leaves its inode and gets a whole block.
   *
   * @param oldLength bytes that hold proper entries now
   */
  public void extendFrom(int oldLength) throws CorruptBlockException {
    Blocks.zero(block, start + oldLength, start + length);
    DirBlock old = new DirBlock(block, blkno, start, oldLength);
    DirEntry last = old.atOrAfter(0);
    for (DirEntry entry = last; entry != null; entry = old.next(entry)) {
      last = entry;
    }
    last.setRecLen(last.recLen() + length - oldLength);
  }

  private DirEntry raw(int offset) {
    return new DirEntry(block, start + offset, start);
  }
}
