/**
 * OCFS2's on-disk structures as views over a block, one class per structure, little-endian, checked
 * (signature, block number, generation, bounds) when they are opened.
 */
package org.lockstepfs.blockdev.format;
