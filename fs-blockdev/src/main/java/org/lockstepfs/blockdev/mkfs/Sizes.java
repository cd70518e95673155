package org.lockstepfs.blockdev.mkfs;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as users write them: a number and perhaps B, K, M, G or T, in powers of 1024. */
public final class Sizes {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([bkmgt]?)");
  private static final String UNITS = "bkmgt";

  private Sizes() {}

  /**
   * Returns the number of bytes.
   *
   * @param what names the value in the message of the refusal
   * @throws MkfsException if it is no size, or does not fit a long
   */
  public static long parse(String what, String text) throws MkfsException {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new MkfsException(what + ": \"" + text + "\" is not a size");
    }
    long number = Long.parseLong(matcher.group(1));
    int shift = matcher.group(2).isEmpty() ? 0 : 10 * UNITS.indexOf(matcher.group(2));
    if (number > Long.MAX_VALUE >> shift) {
      throw new MkfsException(what + ": " + text + " is too large");
    }
    return number << shift;
  }
}
