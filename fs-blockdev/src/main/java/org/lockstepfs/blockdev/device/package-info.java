/**
 * Block devices. {@link org.lockstepfs.blockdev.device.DirectDevice} does direct I/O on a disk or
 * an image file, as long as a {@link org.lockstepfs.blockdev.device.WriteGuard} lets it; {@link
 * org.lockstepfs.blockdev.device.MeteredDevice} counts. For tests of every module: a disk in
 * memory, one that loses, tears and damages ({@link org.lockstepfs.blockdev.device.FaultyDevice}),
 * and one that records the stream of writes so that a crash can be placed at any point of it
 * ({@link org.lockstepfs.blockdev.device.RecordingDevice}).
 */
package org.lockstepfs.blockdev.device;
