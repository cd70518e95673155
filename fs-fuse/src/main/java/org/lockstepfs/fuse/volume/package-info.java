/**
 * A mounted volume: superblock and features, slot, journal, system files, orphans, and the order in
 * which all of it comes up and goes down.
 */
package org.lockstepfs.fuse.volume;
