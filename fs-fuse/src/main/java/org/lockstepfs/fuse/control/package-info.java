/**
 * How a command reaches its node's daemon: HTTP with JSON bodies over a Unix socket in the run
 * directory, one request per connection.
 */
package org.lockstepfs.fuse.control;
