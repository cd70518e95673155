/**
 * Liveness and quorum over the network, for user stacks whose nodes write no heartbeat to the disk.
 *
 * <p>Each interval every node sends every other a {@link org.lockstepfs.stack.votes.Beat}, which
 * says whose beats the sender has heard up to which number. So each knows by whom it is heard.
 * {@link org.lockstepfs.stack.votes.Votes} is the part of one node: pure, time and beats are given
 * to it.
 *
 * <p>The rules; why they are safe stands at {@link org.lockstepfs.stack.votes.VotesTiming}:
 *
 * <ul>
 *   <li>A majority is more than half of the <em>expected votes</em>, a number that is equal on all
 *       nodes. A node is <em>quorate</em> while it hears, and is heard by, a majority, itself
 *       included.
 *   <li>A node may write until {@code writeTimeoutMs} after it sent the newest beat that a majority
 *       has heard. One that loses its majority stops, and that is all it does.
 *   <li>A node <em>gives up</em> another whose beats it has not heard for {@code verdictMs}, or
 *       whose process it knows to have ended. It never hears that life of it again, and its beats
 *       say so. A node is <em>dead</em> to a quorate node when a majority has given it up; only
 *       then do lock manager and recovery hear of it. Who leaves says so and is gone at once.
 *   <li>A new life of a node is not heard before its old one is dead. And a new life is mute for
 *       {@code watchMs}: nobody counts what its old life said any more when it begins to hear
 *       others.
 *   <li>Two nodes of which one does not hear the other cannot work together, though both may have a
 *       majority. Those that hear both stop hearing the <em>loser</em>, by {@link
 *       org.lockstepfs.stack.votes.BrokenLinks}, which then loses its majority.
 *   <li>A node joins when it is quorate and in touch with every node that those it hears have heard
 *       and not given up, and when a majority of those in touch has lived for {@code verdictMs}:
 *       younger ones may have forgotten a node that may still write. In touch with all that are
 *       configured it need not wait.
 * </ul>
 *
 * <p>With two nodes and two expected votes either one stops when it loses the other.
 *
 * <p>Source: the idea of votes and expected_votes is corosync's (man page votequorum(5)); the
 * protocol is our own.
 */
package org.lockstepfs.stack.votes;
