/**
 * The {@code lockstep} command: thin, every node command is a request to the node's daemon. Exit
 * codes are mount(8)'s: 1 wrong usage, 2 system error, 4 internal error, 8 interrupted, 32 mount
 * failed.
 */
package org.lockstepfs.fuse.cli;
