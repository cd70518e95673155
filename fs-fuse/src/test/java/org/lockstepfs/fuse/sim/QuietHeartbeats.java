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
 * Keeps quiet about heartbeats and fence agents that fail in their thousands, as they should, and
 * about the user stack's course; what the user stack's domains or votes log as an error fails the
 * run.
 */
final class QuietHeartbeats implements BeforeAllCallback, AfterAllCallback {
  private static final List<String> DOMAINS =
      List.of(
          "org.lockstepfs.stack.user",
          "org.lockstepfs.stack.mailbox",
          "org.lockstepfs.stack.votes",
          "org.lockstepfs.stack.node");

  /** Where failures are to be. */
  private static final List<String> FAILING =
      List.of("org.lockstepfs.stack.o2hb", "org.lockstepfs.stack.fence");

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
    FAILING.forEach(name -> logger(name).setLevel(Level.OFF));
    errors.start();
    for (String name : DOMAINS) {
      logger(name).setLevel(Level.ERROR);
      logger(name).setAdditive(false);
      logger(name).addAppender(errors);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    FAILING.forEach(name -> logger(name).setLevel(null));
    for (String name : DOMAINS) {
      logger(name).setLevel(null);
      logger(name).setAdditive(true);
      logger(name).detachAppender(errors);
    }
    errors.stop();
  }
}
