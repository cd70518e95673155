package org.lockstepfs.stack.o2quo;

/**
 * What one look at the cluster leads to.
 *
 * @param fence whether this node has to fence itself
 * @param reason one line, for the log
 */
public record Decision(boolean fence, String reason) {}
