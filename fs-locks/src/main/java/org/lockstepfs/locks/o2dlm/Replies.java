package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The messages that still lack their status, by token. */
final class Replies {
  private record Expected(int from, IntConsumer onStatus, Consumer<SendError> onError) {}

  private final Map<Long, Expected> expected = new LinkedHashMap<>();
  private long lastToken;

  /** Notes that a node will answer, and returns the token to send with the message. */
  long expect(int from, IntConsumer onStatus, Consumer<SendError> onError) {
    expected.put(++lastToken, new Expected(from, onStatus, onError));
    return lastToken;
  }

  /** Hands a status to whoever waits for it; a token that nobody waits for is ignored. */
  void status(long token, int status) {
    Expected waiting = expected.remove(token);
    if (waiting != null) {
      waiting.onStatus.accept(status);
    }
  }

  /** Tells whoever waits that no status will come. */
  void failed(long token, SendError error) {
    Expected waiting = expected.remove(token);
    if (waiting != null) {
      waiting.onError.accept(error);
    }
  }

  /** Fails everything that a dead node owes. */
  void failAllFrom(int node) {
    List<Long> tokens = new ArrayList<>();
    expected.forEach(
        (token, waiting) -> {
          if (waiting.from == node) {
            tokens.add(token);
          }
        });
    tokens.forEach(token -> failed(token, SendError.LINK_DOWN));
  }
}
