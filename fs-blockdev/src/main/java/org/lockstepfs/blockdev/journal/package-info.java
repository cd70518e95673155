/**
 * JBD2: transactions over metadata blocks, commit, checkpoint, revoke and replay, in the kernel's
 * own log format.
 *
 * <p>Handles change buffers under the running transaction. {@code Committer} locks it, copies the
 * changed blocks and lets {@code CommitWriter} log the copies; {@code Checkpointer} writes them
 * home; {@code LogTail} moves the superblock's tail past what is at home. {@code JournalState} is
 * what they share, under one lock that nobody holds across I/O. {@link
 * org.lockstepfs.blockdev.journal.JournalReplay} stands apart: it reads a log with {@code LogScan}
 * and writes it home.
 */
package org.lockstepfs.blockdev.journal;
