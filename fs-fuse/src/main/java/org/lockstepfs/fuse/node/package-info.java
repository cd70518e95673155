/**
 * {@code lockstepd}: the process that is a node. It holds the stack glue, the mounted volumes, the
 * metrics endpoint and the control socket; when it dies, the node has died.
 */
package org.lockstepfs.fuse.node;
