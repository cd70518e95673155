package org.lockstepfs.fuse.vfs;

/** A time stamp: seconds since 1970 and nanoseconds 0 to 999,999,999. */
public record TimeSpec(long seconds, int nanos) {}
