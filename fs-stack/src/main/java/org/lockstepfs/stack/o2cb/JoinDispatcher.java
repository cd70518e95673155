package org.lockstepfs.stack.o2cb;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.lockstepfs.locks.o2dlm.O2Dlm;
import org.lockstepfs.locks.o2dlm.message.AssertJoined;
import org.lockstepfs.locks.o2dlm.message.BadMessageException;
import org.lockstepfs.locks.o2dlm.message.CancelJoin;
import org.lockstepfs.locks.o2dlm.message.Message;
import org.lockstepfs.locks.o2dlm.message.MessageCodec;
import org.lockstepfs.locks.o2dlm.message.MessageType;
import org.lockstepfs.locks.o2dlm.message.QueryJoin;
import org.lockstepfs.locks.o2dlm.message.QueryNodeinfo;
import org.lockstepfs.locks.o2dlm.message.QueryRegion;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.O2Net;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the messages of joining, which come under one key for all domains, to the domain that they
 * name; answers for domains that this node has not.
 */
final class JoinDispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(JoinDispatcher.class);
  private static final int EINVAL_STATUS = -22;

  private final Map<String, DlmDomain> domains = new ConcurrentHashMap<>();

  void register(O2Net net) {
    for (MessageType type : MessageType.values()) {
      if (type.joining()) {
        net.register(type.id(), Message.MODULE_KEY, Message.MAX_LENGTH, this::receive);
      }
    }
  }

  /** Returns false if there is a domain of that name already. */
  boolean add(String name, DlmDomain domain) {
    return domains.putIfAbsent(name, domain) == null;
  }

  void remove(String name, DlmDomain domain) {
    domains.remove(name, domain);
  }

  private void receive(MessageHandler.Request request) {
    Message message;
    try {
      message = MessageCodec.decode(request.type(), ByteBuffer.wrap(request.payload()));
    } catch (BadMessageException e) {
      LOG.error("node {} sent a bad message: {}", request.from(), e.getMessage());
      request.answer(EINVAL_STATUS);
      return;
    }
    DlmDomain domain = domains.get(nameIn(message));
    if (domain == null) {
      request.answer(O2Dlm.answerWithoutDomain(message));
    } else {
      domain.receive(request, message);
    }
  }

  private static String nameIn(Message message) {
    if (message instanceof QueryJoin query) {
      return query.domain();
    } else if (message instanceof AssertJoined joined) {
      return joined.domain();
    } else if (message instanceof CancelJoin cancel) {
      return cancel.domain();
    } else if (message instanceof QueryRegion region) {
      return region.domain();
    } else if (message instanceof QueryNodeinfo nodes) {
      return nodes.domain();
    }
    throw new IllegalArgumentException(message + " names no domain");
  }
}
