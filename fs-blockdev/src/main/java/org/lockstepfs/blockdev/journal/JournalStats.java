package org.lockstepfs.blockdev.journal;

/**
 * What a journal has done since it was opened.
 *
 * @param commits transactions written to the log
 * @param loggedBlocks metadata blocks in them
 * @param revokedBlocks revoke records in them
 * @param homeBlocks blocks written home by checkpoints
 * @param usedLogBlocks blocks of the log in use now
 * @param logBlocks size of the log in blocks
 */
public record JournalStats(
    long commits,
    long loggedBlocks,
    long revokedBlocks,
    long homeBlocks,
    int usedLogBlocks,
    int logBlocks) {}
