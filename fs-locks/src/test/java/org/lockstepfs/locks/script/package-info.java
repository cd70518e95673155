/** Tests that are text: what is done, and what comes of it. */
package org.lockstepfs.locks.script;
