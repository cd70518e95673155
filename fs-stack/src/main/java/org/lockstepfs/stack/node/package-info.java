/**
 * What a node of any stack runs, whichever lock manager it has.
 *
 * <p>{@link org.lockstepfs.stack.node.StackNode} is what a node has once: transport, live nodes,
 * quorum, membership. A {@code VolumeConnection} is what it has per mounted volume: a {@code
 * Presence} (heartbeats on the disk, or votes), byte-range locks, and a {@link
 * org.lockstepfs.stack.node.LockDomain}, which is the plug-in's own.
 */
package org.lockstepfs.stack.node;
