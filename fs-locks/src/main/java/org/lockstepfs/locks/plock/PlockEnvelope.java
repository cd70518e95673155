package org.lockstepfs.locks.plock;

/**
 * A message under way from one life of a node to one life of another.
 *
 * <p>Numbers count up from 1 per pair of lives. The receiver drops repeats, so a transport may send
 * again whatever it cannot prove to have arrived, in order.
 *
 * @param from the sender's node number
 * @param fromIncarnation the sender's life
 * @param toIncarnation the receiver's life for which it is meant
 * @param number place in the sequence from this sender to this receiver
 * @param fsid the volume
 */
public record PlockEnvelope(
    int from,
    long fromIncarnation,
    long toIncarnation,
    long number,
    int fsid,
    PlockMessage message) {}
