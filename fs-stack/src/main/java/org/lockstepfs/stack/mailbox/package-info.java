/**
 * How pure state machines are driven: {@link org.lockstepfs.stack.mailbox.Mailbox} gives them one
 * event at a time without a thread of its own, {@link org.lockstepfs.stack.mailbox.EngineTimer} the
 * time that they ask for.
 */
package org.lockstepfs.stack.mailbox;
