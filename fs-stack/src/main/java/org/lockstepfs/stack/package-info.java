/**
 * Which cluster this is: the stack glue, the o2cb stack (node manager, o2net, heartbeat, quorum)
 * and membership.
 */
package org.lockstepfs.stack;
