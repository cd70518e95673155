package org.lockstepfs.locks.fsdlm;

import java.util.List;
import java.util.SplittableRandom;
import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Cancel;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.LockStateReply;
import org.lockstepfs.locks.fsdlm.message.Lookup;
import org.lockstepfs.locks.fsdlm.message.LookupReply;
import org.lockstepfs.locks.fsdlm.message.MasterLookup;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.Names;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Remove;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.Status;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.fsdlm.message.Unlock;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/** Well-formed messages of every type, with fields at random. */
final class SampleMessages {
  private static final LockMode[] MODES = LockMode.values();
  private static final FsDlmStatus[] RESULTS = FsDlmStatus.values();
  private static final MessageType[] TYPES = MessageType.values();

  private final SplittableRandom random;

  SampleMessages(long seed) {
    random = new SplittableRandom(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  private ResName name() {
    return ResName.of("r" + random.nextInt(4));
  }

  private LockMode mode() {
    return MODES[random.nextInt(MODES.length)];
  }

  private byte[] lvb() {
    return random.nextBoolean() ? new byte[Lvb.LENGTH] : null;
  }

  Message any() {
    return ofType(TYPES[random.nextInt(TYPES.length)]);
  }

  Message ofType(MessageType type) {
    long id = random.nextInt(5);
    int flags = random.nextInt();
    return switch (type) {
      case REQUEST -> new Request(id, mode(), flags, name());
      case CONVERT -> new Convert(id, mode(), flags, lvb());
      case UNLOCK -> new Unlock(id, flags, lvb());
      case CANCEL -> new Cancel(id);
      case REQUEST_REPLY, CONVERT_REPLY, UNLOCK_REPLY, CANCEL_REPLY, GRANT ->
          new Reply(type, id, RESULTS[below(RESULTS.length)], below(4), below(9), lvb());
      case BAST -> new Bast(id, mode());
      case LOOKUP -> new Lookup(id, name());
      case LOOKUP_REPLY -> new LookupReply(id, below(4));
      case REMOVE -> new Remove(name());
      case STATUS -> new Status();
      case STATUS_REPLY -> new StatusReply(below(256));
      case NAMES -> new Names(below(300));
      case NAMES_REPLY -> new NamesReply(below(3), random.nextBoolean(), List.of(name(), name()));
      case MASTER_LOOKUP -> new MasterLookup(name());
      case MASTER_LOOKUP_REPLY -> new MasterLookupReply(name(), below(4));
      case LOCK_STATE -> lockState(id, flags);
      case LOCK_STATE_REPLY -> new LockStateReply(id);
    };
  }

  private LockState lockState(long id, int flags) {
    LockState.Queue queue = LockState.Queue.values()[below(3)];
    boolean odd = random.nextBoolean();
    return new LockState(
        id, queue, mode(), mode(), flags, odd, !odd, random.nextInt(), lvb(), name());
  }
}
