/**
 * Extent trees: which cluster of the volume holds which cluster of a file.
 *
 * <p>{@link org.lockstepfs.fuse.extent.ExtentTree} looks up, inserts, marks and removes ranges
 * under any {@link org.lockstepfs.fuse.extent.ExtentRoot}: today a dinode, later an extended
 * attribute's value or a directory index. Trees keep the shape that the kernel expects: all leaves
 * but the last are full, or full but for one empty record at the front.
 */
package org.lockstepfs.fuse.extent;
