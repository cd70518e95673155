package org.lockstepfs.locks.fsdlm.message;

/**
 * A message with the sequence of the membership in which it was sent.
 *
 * @param seq as in {@code FsDlm.start}
 * @param message what is said
 */
public record Envelope(long seq, Message message) {}
