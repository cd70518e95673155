/**
 * The lock manager of the kernel's o2cb stack, message for message.
 *
 * @see org.lockstepfs.locks.o2dlm.O2Dlm
 */
package org.lockstepfs.locks.o2dlm;
