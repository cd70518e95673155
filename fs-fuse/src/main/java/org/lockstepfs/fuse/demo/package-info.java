/**
 * {@code lockstep demo}: two nodes on this machine share a volume that is made for the occasion.
 *
 * <p>Everything is done as a user would do it: the launcher's commands, real mounts, and processes
 * that lock files with system calls. {@link org.lockstepfs.fuse.demo.Demo} is the story; the other
 * classes are its stage, and take it down whatever happened.
 */
package org.lockstepfs.fuse.demo;
