package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.fsdlm.FsDlmStatus;

/**
 * The master's answer to an operation, or a GRANT of what waited; to the holder.
 *
 * @param type REQUEST_REPLY, CONVERT_REPLY, UNLOCK_REPLY, CANCEL_REPLY or GRANT
 * @param lkid the holder's number of the lock
 * @param result of the operation; SUCCESS in a GRANT
 * @param sbFlags bits {@link #DEMOTED} and {@link #VALNOTVALID}
 * @param lvbSeq how often the resource's value block has been written
 * @param lvb the resource's value block where it goes to the holder, else null
 */
public record Reply(
    MessageType type, long lkid, FsDlmStatus result, int sbFlags, int lvbSeq, byte[] lvb)
    implements Message {
  /** The granted mode was given up, down to NL. Source: dlmconstants.h, DLM_SBF_DEMOTED. */
  public static final int DEMOTED = 1;

  /** The value block must not be trusted. Source: dlmconstants.h, DLM_SBF_VALNOTVALID. */
  public static final int VALNOTVALID = 2;

  /** Returns whether a bit is set. */
  public boolean has(int sbFlag) {
    return (sbFlags & sbFlag) != 0;
  }
}
