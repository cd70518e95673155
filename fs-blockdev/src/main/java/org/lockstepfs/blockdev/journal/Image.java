package org.lockstepfs.blockdev.journal;

/**
 * A block as a transaction committed it, until it is written home.
 *
 * @param buffer the live block
 * @param bytes what was committed
 */
record Image(MetaBuffer buffer, byte[] bytes) {}
