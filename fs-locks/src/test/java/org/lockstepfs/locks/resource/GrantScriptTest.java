package org.lockstepfs.locks.resource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.script.Scripts;

/**
 * Rules of granting and conversion that both lock managers share, one script each, run on both:
 * with all clients on the node that masters the resource, and with clients on three nodes. What a
 * command causes is in the order of the clients.
 *
 * <pre>
 * > lock a PR [noqueue] [lvb]      client a requests its lock; with its value block
 * > convert a EX [noqueue] [lvb]
 * > unlock a [lvb]
 * > cancel a
 * > write a text                   a changes its value block
 *   a holds PR "text"              granted, with what a's value block says then, unless it is empty
 *   a refused                      tried in vain
 *   a cancelled
 *   a gone                         unlocked
 *   a blocks EX                    a is asked to give way, to a stronger mode than before
 * </pre>
 */
class GrantScriptTest {
  private static final int SEVERAL = 3;

  static List<Path> scripts() throws IOException {
    return Scripts.in("locks/resource/grant-rules", 50);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInO2dlmOnTheMaster(Path file) throws IOException {
    Scripts.check(file, new ScriptedO2Dlm(1)::run);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInO2dlmOverTheWire(Path file) throws IOException {
    Scripts.check(file, new ScriptedO2Dlm(SEVERAL)::run);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInFsdlmOnTheMaster(Path file) throws IOException {
    Scripts.check(file, new ScriptedFsDlm(1)::run);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void holdsInFsdlmOverTheWire(Path file) throws IOException {
    Scripts.check(file, new ScriptedFsDlm(SEVERAL)::run);
  }
}
