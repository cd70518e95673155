package org.lockstepfs.fuse.ctl;

/** A directory or a file of the control file system. */
public interface Entry {

  /**
   * Permissions and owners.
   *
   * @param bits the permission bits of the mode
   */
  record Access(int bits, long uid, long gid) {
    /** Access to what belongs to root. */
    public static Access root(int bits) {
      return new Access(bits, 0, 0);
    }
  }

  /** Returns who may do what; checked by the kernel. */
  Access access();
}
