package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/** Decodes payloads. */
public final class MessageCodec {
  private MessageCodec() {}

  /**
   * Decodes and checks a payload; what follows the structure is ignored, as the kernel does.
   *
   * @param id o2net message type
   * @param payload from its position to its limit, which stay where they are
   * @throws BadMessageException if the payload cannot be what its type says
   * @throws IllegalArgumentException if the type is none of o2dlm's
   */
  public static Message decode(int id, ByteBuffer payload) throws BadMessageException {
    MessageType type = MessageType.of(id);
    Wire.Reader in = new Wire.Reader(type, payload);
    return switch (type) {
      case MASTER_REQUEST -> MasterRequest.read(in);
      case ASSERT_MASTER -> AssertMaster.read(in);
      case CREATE_LOCK -> CreateLock.read(in);
      case CONVERT_LOCK -> ConvertLock.read(in);
      case PROXY_AST -> ProxyAst.read(in);
      case UNLOCK_LOCK -> UnlockLock.read(in);
      case DEREF_LOCKRES -> DerefLockres.read(in);
      case MIGRATE_REQUEST -> MigrateRequest.read(in);
      case MIG_LOCKRES -> MigLockres.read(in);
      case QUERY_JOIN -> QueryJoin.read(in);
      case ASSERT_JOINED -> AssertJoined.read(in);
      case CANCEL_JOIN -> CancelJoin.read(in);
      case EXIT_DOMAIN -> ExitDomain.read(in);
      case MASTER_REQUERY -> MasterRequery.read(in);
      case LOCK_REQUEST -> LockRequest.read(in);
      case RECO_DATA_DONE -> RecoDataDone.read(in);
      case BEGIN_RECO -> BeginReco.read(in);
      case FINALIZE_RECO -> FinalizeReco.read(in);
      case QUERY_REGION -> QueryRegion.read(in);
      case QUERY_NODEINFO -> QueryNodeinfo.read(in);
      case BEGIN_EXIT_DOMAIN -> BeginExitDomain.read(in);
      case DEREF_LOCKRES_DONE -> DerefLockresDone.read(in);
    };
  }
}
