/**
 * The only door from the file system to a cluster: {@link org.lockstepfs.stack.glue.StackGlue}
 * opens a {@link org.lockstepfs.stack.glue.ClusterConnection} per volume, on the plug-in that
 * {@code cluster_stack} selects. The contract is that of {@code ocfs2_stack_operations}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stackglue.h.
 */
package org.lockstepfs.stack.glue;
