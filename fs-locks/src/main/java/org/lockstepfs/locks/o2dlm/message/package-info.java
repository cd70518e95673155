/**
 * The payloads of o2dlm's messages 500 to 522, one record each, with the kernel's byte layout.
 *
 * <p>{@link org.lockstepfs.locks.o2dlm.message.MessageCodec} decodes and checks what a peer sent;
 * {@link org.lockstepfs.locks.o2dlm.message.Message#encode} writes. o2net's own header is not ours.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h.
 */
package org.lockstepfs.locks.o2dlm.message;
