package org.lockstepfs.fuse.dlmglue;

/**
 * What the outstanding lock call is for; an AST is read accordingly.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2.h, enum ocfs2_ast_action.
 */
enum LockAction {
  /** No lock call. */
  NONE,
  /** The first request; there is no lock in the cluster yet. */
  ATTACH,
  /** A conversion to a stronger mode. */
  CONVERT,
  /** A conversion to a weaker mode, for another node. */
  DOWNCONVERT
}
