package org.lockstepfs.stack.member;

/**
 * One life of a node.
 *
 * @param node node number
 * @param name node name
 * @param address IPv4 address
 * @param stackLabel cluster stack, such as "o2cb"
 * @param incarnation grows with every start of the node's daemon; 0 if the source cannot tell
 */
public record Member(int node, String name, String address, String stackLabel, long incarnation) {}
