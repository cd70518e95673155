package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * One entry of a directory, as a view.
 *
 * <pre>
 * 00 inode le64    0: unused
 * 08 rec_len le16  bytes to the next entry, a multiple of 4
 * 0A name_len u8   0B file_type u8
 * 0C name
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_dir_entry.
 */
public final class DirEntry {
  static final int INODE = 0x0;
  static final int REC_LEN = 0x8;
  static final int NAME_LEN = 0xA;
  static final int FILE_TYPE = 0xB;
  static final int NAME = 0xC;

  private final ByteBuffer block;
  private final int at;
  private final int areaStart;

  DirEntry(ByteBuffer block, int at, int areaStart) {
    this.block = block;
    this.at = at;
    this.areaStart = areaStart;
  }

  /** Returns the bytes that an entry with a name of that length needs. */
  public static int recordLength(int nameLength) {
    return (nameLength + NAME + 3) & ~3;
  }

  /** Returns where the entry begins, in bytes from the start of its area. */
  public int offset() {
    return at - areaStart;
  }

  /** Returns the inode's block, or 0 if the entry is unused. */
  public long inode() {
    return block.getLong(at + INODE);
  }

  /** Points the entry at another inode. */
  public void setInode(long blkno, FileType type) {
    block.putLong(at + INODE, blkno);
    block.put(at + FILE_TYPE, (byte) type.code());
  }

  /** Returns whether the entry names something. */
  public boolean isUsed() {
    return inode() != 0;
  }

  /** Returns the bytes to the next entry. */
  public int recLen() {
    return block.getShort(at + REC_LEN) & 0xFFFF;
  }

  /** Returns the type that the entry states. */
  public FileType type() {
    return FileType.ofCode(block.get(at + FILE_TYPE) & 0xFF);
  }

  /** Returns the length of the name, bytes. */
  public int nameLength() {
    return block.get(at + NAME_LEN) & 0xFF;
  }

  /** Returns a copy of the name. */
  public byte[] name() {
    byte[] name = new byte[nameLength()];
    block.get(at + NAME, name);
    return name;
  }

  /** Returns whether the entry is in use and has this name. */
  public boolean matches(byte[] name) {
    if (nameLength() != name.length || !isUsed()) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (block.get(at + NAME + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether the name is "." or "..". */
  public boolean isDot() {
    int length = nameLength();
    return length > 0
        && length <= 2
        && block.get(at + NAME) == '.'
        && (length == 1 || block.get(at + NAME + 1) == '.');
  }

  void setRecLen(int bytes) {
    block.putShort(at + REC_LEN, (short) bytes);
  }

  void write(long inode, FileType type, byte[] name) {
    setInode(inode, type);
    block.put(at + NAME_LEN, (byte) name.length);
    block.put(at + NAME, name);
  }
}
