package org.lockstepfs.fuse.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Keeps quiet about heartbeats that fail in their thousands, as they should, and about the user
 * stack's course; what the user stack's domains log as an error fails the run.
 */
final class QuietHeartbeats implements BeforeAllCallback, AfterAllCallback {
  private static final List<String> DOMAINS =
      List.of("org.lockstepfs.stack.user", "org.lockstepfs.stack.mailbox");

  private final Errors errors = new Errors();

  private static final class Errors extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      IThrowableProxy cause = event.getThrowableProxy();
      throw new AssertionError(
          event.getFormattedMessage()
              + (cause == null ? "" : ": " + cause.getClassName() + ": " + cause.getMessage()));
    }
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    logger("org.lockstepfs.stack.o2hb").setLevel(Level.OFF);
    errors.start();
    for (String name : DOMAINS) {
      logger(name).setLevel(Level.ERROR);
      logger(name).setAdditive(false);
      logger(name).addAppender(errors);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    logger("org.lockstepfs.stack.o2hb").setLevel(null);
    for (String name : DOMAINS) {
      logger(name).setLevel(null);
      logger(name).setAdditive(true);
      logger(name).detachAppender(errors);
    }
    errors.stop();
  }
}
