/**
 * The C library as this project calls it: a small interface bound by jnr-ffi, page-aligned native
 * memory, and errors as {@link org.lockstepfs.blockdev.sys.ErrnoException}.
 */
package org.lockstepfs.blockdev.sys;
