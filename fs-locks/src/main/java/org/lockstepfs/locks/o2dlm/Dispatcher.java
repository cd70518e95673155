package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.BeginExitDomain;
import org.lockstepfs.locks.o2dlm.message.BeginReco;
import org.lockstepfs.locks.o2dlm.message.CancelJoin;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.DerefLockres;
import org.lockstepfs.locks.o2dlm.message.DerefLockresDone;
import org.lockstepfs.locks.o2dlm.message.ExitDomain;
import org.lockstepfs.locks.o2dlm.message.FinalizeReco;
import org.lockstepfs.locks.o2dlm.message.JoinReply;
import org.lockstepfs.locks.o2dlm.message.LockRequest;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigrateRequest;
import org.lockstepfs.locks.o2dlm.message.ProxyAst;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;
import org.lockstepfs.locks.o2dlm.message.QueryNodeinfo;
import org.lockstepfs.locks.o2dlm.message.QueryRegion;
import org.lockstepfs.locks.o2dlm.message.RecoDataDone;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;

/** Hands each message to its handler; who the sender is, the connection says, not the message. */
final class Dispatcher {
  private static final int EINVAL = -22;

  private final Domain domain;
  private final LockHandlers locks;
  private final MasteryHandlers mastery;
  private final DomainHandlers membership;

  Dispatcher(Domain domain) {
    this.domain = domain;
    this.locks = new LockHandlers(domain);
    this.mastery = new MasteryHandlers(domain);
    this.membership = new DomainHandlers(domain);
  }

  int dispatch(int from, Message message) {
    MessageType type = MessageType.of(message.type());
    if (domain.isFullyJoined() && !type.joining() && !domain.members.contains(from)) {
      return toStranger(type);
    }
    return switch (type) {
      case CREATE_LOCK -> locks.onCreate(from, (CreateLock) message).wire();
      case CONVERT_LOCK -> locks.onConvert(from, (ConvertLock) message).wire();
      case UNLOCK_LOCK -> locks.onUnlock(from, (UnlockLock) message).wire();
      case PROXY_AST -> domain.asts.onProxyAst(from, (ProxyAst) message).wire();
      case MASTER_REQUEST -> mastery.onMasterRequest(from, (MasterRequest) message).ordinal();
      case ASSERT_MASTER -> mastery.onAssertMaster(from, (AssertMaster) message);
      case MASTER_REQUERY -> mastery.onMasterRequery((MasterRequery) message);
      case DEREF_LOCKRES -> domain.purge.onDeref(from, (DerefLockres) message);
      case DEREF_LOCKRES_DONE -> domain.purge.onDerefDone((DerefLockresDone) message);
      case MIGRATE_REQUEST -> domain.immigration.onMigrateRequest(from, (MigrateRequest) message);
      case MIG_LOCKRES -> onMigLockres(from, (MigLockres) message);
      case EXIT_DOMAIN -> membership.onExit(from, (ExitDomain) message);
      case BEGIN_EXIT_DOMAIN -> membership.onBeginExit(from, (BeginExitDomain) message);
      case QUERY_JOIN, ASSERT_JOINED, CANCEL_JOIN, QUERY_REGION, QUERY_NODEINFO ->
          dispatchJoining(from, message);
      case BEGIN_RECO -> domain.recovery.onBegin(from, (BeginReco) message);
      case LOCK_REQUEST -> domain.recovery.onLockRequest(from, (LockRequest) message);
      case RECO_DATA_DONE -> domain.recovery.onDataDone(from, (RecoDataDone) message);
      case FINALIZE_RECO -> domain.recovery.onFinalize(from, (FinalizeReco) message);
    };
  }

  private int onMigLockres(int from, MigLockres message) {
    return (message.flags() & MigLockres.MIGRATION) != 0
        ? domain.immigration.onMigLockres(from, message)
        : domain.recovery.onLocks(from, message);
  }

  /** Answers a node that never joined, has left or counts as dead: it has no say here. */
  private static int toStranger(MessageType type) {
    return switch (type) {
      case CREATE_LOCK, CONVERT_LOCK, UNLOCK_LOCK, PROXY_AST -> DlmStatus.REJECTED.wire();
      case MASTER_REQUEST -> MasterResponse.ERROR.ordinal();
      case MASTER_REQUERY -> DlmLockRes.UNKNOWN;
      case EXIT_DOMAIN, BEGIN_EXIT_DOMAIN -> 0;
      default -> EINVAL;
    };
  }

  private int dispatchJoining(int from, Message message) {
    String own = domain.config.domain();
    if (message instanceof QueryJoin m && m.domain().equals(own)) {
      return membership.onQueryJoin(from, m).toStatus();
    } else if (message instanceof AssertJoined m && m.domain().equals(own)) {
      return membership.onAssertJoined(from, m);
    } else if (message instanceof CancelJoin m && m.domain().equals(own)) {
      return membership.onCancelJoin(from, m);
    } else if (message instanceof QueryRegion m && m.domain().equals(own)) {
      return membership.onQueryRegion(from, m);
    } else if (message instanceof QueryNodeinfo m && m.domain().equals(own)) {
      return membership.onQueryNodeinfo(from, m);
    }
    return withoutDomain(message);
  }

  /** A node without the domain does not mind who joins it, and cannot compare anything. */
  static int withoutDomain(Message message) {
    return switch (MessageType.of(message.type())) {
      case QUERY_JOIN -> JoinReply.of(JoinReply.Code.OK_NO_MAP).toStatus();
      case ASSERT_JOINED, CANCEL_JOIN -> 0;
      default -> EINVAL;
    };
  }
}
