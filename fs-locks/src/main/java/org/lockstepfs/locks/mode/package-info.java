/** The six lock modes, their compatibility, and the lock value block. */
package org.lockstepfs.locks.mode;
