/**
 * Byte-range locks for {@code fcntl}: the plock engine of a volume, driven and connected.
 *
 * <p>{@link org.lockstepfs.stack.plock.PlockActor} steps the engine and is the {@code PosixLocks}
 * of a connection; {@link org.lockstepfs.stack.plock.PlockTransport} carries its messages over
 * o2net, under a type of their own that a kernel node refuses politely; {@link
 * org.lockstepfs.stack.plock.LocalPosixLocks} is the same engine alone, for volumes without a
 * cluster. {@link org.lockstepfs.stack.plock.ExternalPlocks} puts another program in its place.
 */
package org.lockstepfs.stack.plock;
