/**
 * o2net: the cluster's message transport, protocol version 11, as the Linux kernel speaks it.
 *
 * <p>One TCP connection joins each pair of heartbeating nodes; the node with the higher number
 * connects. After a handshake whose time-outs must agree, each request carries a message type and a
 * key, which select a handler, and is answered by a status. {@link
 * org.lockstepfs.stack.o2net.O2Net} is the node's end of it all, {@code Peer} the state towards one
 * other node, {@code Connection} one socket. Everything runs on a single event loop thread;
 * handlers run there too, so that a request is answered without a thread hand-off.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/tcp.c, tcp.h, tcp_internal.h.
 */
package org.lockstepfs.stack.o2net;
