/**
 * What a lock means: lock modes, o2dlm, fsdlm and POSIX byte-range locks as pure state machines.
 *
 * <p>No thread, socket, file, clock or random source lives here. Time, randomness, membership and
 * messages come in as events; messages and callbacks go out as effects.
 */
package org.lockstepfs.locks;
