/**
 * Block devices: direct I/O on a device or an image file, and the fault-injecting device for tests.
 */
package org.lockstepfs.blockdev.device;
