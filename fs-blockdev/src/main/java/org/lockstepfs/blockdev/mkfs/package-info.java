/**
 * Formats a volume as mkfs.ocfs2 does, with no tool installed.
 *
 * <p>{@code MkfsOptions} is what the user asks for, {@code VolumePlan} what the volume will be: all
 * sizes and features settled, nothing written yet. {@code Mkfs} then builds the system files in
 * memory against a {@code ClusterMap} and writes everything, the superblock last.
 *
 * <p>Rules and defaults are those of ocfs2-tools 1.8.
 */
package org.lockstepfs.blockdev.mkfs;
