package org.lockstepfs.fuse.sim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.fsdlm.FsDlmStatus;
import org.lockstepfs.locks.fsdlm.message.Bast;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.LockState;
import org.lockstepfs.locks.fsdlm.message.MasterLookupReply;
import org.lockstepfs.locks.fsdlm.message.Message;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Reply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.StatusReply;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.user.control.ControlMessage;
import org.lockstepfs.stack.user.control.ControlMessage.Hello;
import org.lockstepfs.stack.user.control.ControlMessage.Leave;
import org.lockstepfs.stack.user.control.ControlMessage.Prepare;

/** Rules of the user stack, each broken on purpose, by what is wrong. */
final class UserBrokenRules {
  private UserBrokenRules() {}

  static Map<String, Rules> all() {
    Map<String, Rules> all = new LinkedHashMap<>();
    agreement(all);
    links(all);
    locks(all);
    recovery(all);
    returns(all);
    for (String shared :
        List.of(
            "a cancel is sent while the call is pending",
            "a waiter is forgotten",
            "what a dead node changed is read before the replay",
            "the eviction callback comes after recovery",
            "a node that comes back does not replay its own journal",
            "a dead node keeps its byte ranges",
            "a number of a former life is used again",
            "a silent link counts as a death")) {
      all.put(shared, BrokenRules.all().get(shared));
    }
    return all;
  }

  private static Rules user(UserMutation mutation) {
    return new Rules() {
      @Override
      UserMutation user() {
        return mutation;
      }
    };
  }

  private interface Change {
    /** Returns what arrives instead, null for nothing. */
    Message apply(UserLockDomain at, Message message);
  }

  private static Rules arrives(Change change) {
    return user(
        new UserMutation() {
          @Override
          public Envelope arrives(UserLockDomain at, Envelope envelope) {
            Message message = change.apply(at, envelope.message());
            return message == null ? null : new Envelope(envelope.seq(), message);
          }
        });
  }

  private static void agreement(Map<String, Rules> all) {
    all.put(
        "whom a proposal leaves out counts as having left",
        new Rules() {
          @Override
          UserMutation user() {
            return new UserMutation() {
              @Override
              public ControlMessage arrives(UserLockDomain at, ControlMessage message) {
                if (message instanceof Prepare prepare) {
                  at.members().stream()
                      .filter(node -> !prepare.members().containsKey(node))
                      .forEach(node -> at.inject(node, new Leave(at.life.generationOf(node))));
                }
                return message;
              }
            };
          }

          @Override
          long firstSeed() {
            return 120;
          }
        });
    all.put(
        "a joiner hears of no participants",
        user(
            new UserMutation() {
              @Override
              public int heard(ControlMessage asked, int status) {
                return asked instanceof Hello && status > 0 ? 0 : status;
              }
            }));
  }

  private static void links(Map<String, Rules> all) {
    all.put(
        "a frame is taken twice",
        user(
            new UserMutation() {
              @Override
              public Frame frame(UserLockDomain at, Frame frame) {
                long last = at.taken.getOrDefault(frame.from(), 0L);
                long number = Math.max(last + 1, frame.number());
                at.taken.put(frame.from(), number);
                return new Frame(frame.from(), frame.to(), number);
              }
            }));
    all.put(
        "what was lost with a link is not sent again",
        user(
            new UserMutation() {
              @Override
              public int confirmed(int status) {
                return 0;
              }
            }));
  }

  private static void locks(Map<String, Rules> all) {
    all.put("a BAST is lost", arrives((at, m) -> m instanceof Bast ? null : m));
    all.put(
        "a writer's request is entered as a reader's",
        arrives(
            (at, m) ->
                m instanceof Request r && r.mode() == LockMode.EX
                    ? new Request(r.lkid(), LockMode.PR, r.flags(), r.name())
                    : m));
    all.put(
        "a queued conversion is reported as granted",
        arrives(
            (at, m) ->
                m instanceof Reply r
                        && r.type() == MessageType.CONVERT_REPLY
                        && r.result() == FsDlmStatus.EINPROGRESS
                    ? new Reply(
                        r.type(), r.lkid(), FsDlmStatus.SUCCESS, r.sbFlags(), r.lvbSeq(), r.lvb())
                    : m));
    all.put(
        "a value block is trusted that is not valid",
        user(
            new UserMutation() {
              @Override
              public boolean lvbValid(boolean valid) {
                return true;
              }
            }));
  }

  private static void recovery(Map<String, Rules> all) {
    all.put(
        "locks are granted before all are past the barrier",
        arrives((at, m) -> m instanceof StatusReply ? new StatusReply(0xff) : m));
    all.put(
        "the directory is not told what is mastered",
        arrives((at, m) -> m instanceof NamesReply ? new NamesReply(0, true, List.of()) : m));
    all.put(
        "everybody who asks is told to be the new master",
        arrives(
            (at, m) ->
                m instanceof MasterLookupReply r
                    ? new MasterLookupReply(r.name(), at.life.number)
                    : m));
    all.put(
        "the new master forgets what a lock holds",
        arrives(
            (at, m) ->
                m instanceof LockState s && s.queue() == LockState.Queue.GRANTED
                    ? holdingNothing(s)
                    : m));
  }

  private static void returns(Map<String, Rules> all) {
    all.put(
        "a survivor waits for the journal of a node that is back",
        new Rules() {
          @Override
          boolean looksWhetherTheDeadIsBack() {
            return false;
          }
        });
  }

  private static LockState holdingNothing(LockState s) {
    return new LockState(
        s.lkid(),
        s.queue(),
        LockMode.NL,
        LockMode.NL,
        s.flags(),
        s.demoted(),
        false,
        s.lvbSeq(),
        s.lvb(),
        s.name());
  }
}
