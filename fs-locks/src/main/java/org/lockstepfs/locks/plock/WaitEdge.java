package org.lockstepfs.locks.plock;

/**
 * One waiting request on the path of a deadlock search.
 *
 * @param owner who waits
 * @param request its number on the owner's node
 * @param inode the file
 * @param table the node that holds the file's table
 */
public record WaitEdge(PlockOwner owner, long request, long inode, int table) {}
