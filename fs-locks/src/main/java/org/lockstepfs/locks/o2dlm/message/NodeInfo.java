package org.lockstepfs.locks.o2dlm.message;

/**
 * One configured node, as QUERY_NODEINFO carries it (struct dlm_node_info).
 *
 * @param number node number, 0 to 254
 * @param port o2net's TCP port
 * @param ipv4 IPv4 address, first octet in the highest byte
 */
public record NodeInfo(int number, int port, int ipv4) {}
