/**
 * The messages of fsdlm, one record each, and their bytes.
 *
 * <p>All numbers are big-endian. Every message begins with a header of 12 bytes: version (1 byte,
 * {@value org.lockstepfs.locks.fsdlm.message.MessageCodec#VERSION}), type (1 byte), two zero bytes,
 * sequence (8 bytes). The body holds the record's fields in their order: lkid 8 bytes; mode,
 * status, queue and boolean 1 byte; flags, counters and node numbers 4 bytes; a name 1 byte of
 * length and its bytes; a value block 1 byte (0 or 1) and if 1 its 64 bytes; a list 2 bytes of
 * length and its elements. What a version 1 node does not know it refuses; nothing may follow the
 * last field.
 */
package org.lockstepfs.locks.fsdlm.message;
