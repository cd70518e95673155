/**
 * What a node counts and how Prometheus gets at it.
 *
 * <p>Meters are Micrometer's, named {@code lockstep.AREA.WHAT}; labels take few values: operation,
 * lock type, error, volume. {@link org.lockstepfs.fuse.metrics.VolumeMeters} live as long as a
 * mount.
 */
package org.lockstepfs.fuse.metrics;
