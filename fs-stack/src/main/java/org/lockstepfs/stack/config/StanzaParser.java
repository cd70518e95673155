package org.lockstepfs.stack.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a cluster.conf into stanzas. Blank lines and lines that start with {@code #} are skipped;
 * a line that starts in the first column and ends with a colon opens a stanza; an indented line is
 * {@code key = value}.
 */
final class StanzaParser {

  private StanzaParser() {}

  static List<Stanza> parse(String file, String text) throws ConfigException {
    List<Stanza> stanzas = new ArrayList<>();
    int lineNumber = 0;
    for (String line : text.split("\n", -1)) {
      lineNumber++;
      String content = line.strip();
      if (content.isEmpty() || content.startsWith("#")) {
        continue;
      }
      if (Character.isWhitespace(line.charAt(0))) {
        attribute(file, stanzas, content, lineNumber);
      } else if (content.matches("[A-Za-z0-9_]+:")) {
        String type = content.substring(0, content.length() - 1);
        stanzas.add(new Stanza(file, type, lineNumber));
      } else {
        throw new ConfigException(
            file, lineNumber, "expected 'cluster:', 'node:' or 'heartbeat:', or an indented line");
      }
    }
    return stanzas;
  }

  private static void attribute(String file, List<Stanza> stanzas, String content, int line)
      throws ConfigException {
    int equals = content.indexOf('=');
    String key = equals < 0 ? "" : content.substring(0, equals).strip();
    String value = content.substring(equals + 1).strip();
    if (key.isEmpty() || value.isEmpty()) {
      throw new ConfigException(file, line, "expected 'key = value'");
    }
    if (stanzas.isEmpty()) {
      throw new ConfigException(file, line, "'" + key + "' stands before the first stanza");
    }
    stanzas.get(stanzas.size() - 1).put(key, value, line);
  }
}
