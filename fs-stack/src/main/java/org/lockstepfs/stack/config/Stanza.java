package org.lockstepfs.stack.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One block of a cluster.conf: a type at the first column, then {@code key = value} lines. */
final class Stanza {

  /** A value and the line that it stands on. */
  record Value(String text, int line) {}

  private final String file;
  private final String type;
  private final int line;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();

  Stanza(String file, String type, int line) {
    this.file = file;
    this.type = type;
    this.line = line;
  }

  String type() {
    return type;
  }

  int line() {
    return line;
  }

  void put(String key, String text, int valueLine) throws ConfigException {
    if (values.putIfAbsent(key, new Value(text, valueLine)) != null) {
      throw new ConfigException(file, valueLine, "'" + key + "' given twice in this " + type);
    }
  }

  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  /** Returns the value of a key that must be there. */
  String text(String key) throws ConfigException {
    return value(key).text();
  }

  /** Returns the line of a key, or of the stanza when the key is missing. */
  int lineOf(String key) {
    Value value = values.get(key);
    return value == null ? line : value.line();
  }

  /** Returns a decimal value in {@code min..max} of a key that must be there. */
  int number(String key, int min, int max) throws ConfigException {
    Value value = value(key);
    if (value.text().matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(value.text());
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw new ConfigException(
        file, value.line(), key + " '" + value.text() + "' is not " + min + " to " + max);
  }

  /** Returns the keys that nobody has asked for, in the order of the file. */
  List<String> unasked() {
    return values.keySet().stream().filter(key -> !asked.contains(key)).toList();
  }

  private Value value(String key) throws ConfigException {
    asked.add(key);
    Value value = values.get(key);
    if (value == null) {
      throw new ConfigException(file, line, type + " has no '" + key + "'");
    }
    return value;
  }
}
