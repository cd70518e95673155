package org.lockstepfs.fuse.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Keeps quiet about heartbeats that fail in their thousands, as they should. */
final class QuietHeartbeats implements BeforeAllCallback, AfterAllCallback {
  private static void level(Level level) {
    ((Logger) LoggerFactory.getLogger("org.lockstepfs.stack.o2hb")).setLevel(level);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    level(Level.OFF);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    level(null);
  }
}
