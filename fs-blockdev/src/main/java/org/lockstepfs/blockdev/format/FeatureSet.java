package org.lockstepfs.blockdev.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The three feature words of a superblock. Unknown bits are kept.
 *
 * @param compat features that may be ignored
 * @param incompat features without which the volume must not be touched
 * @param roCompat features without which the volume must not be written
 */
public record FeatureSet(int compat, int incompat, int roCompat) {

  /** Returns the set of exactly the given features. */
  public static FeatureSet of(Collection<Feature> features) {
    int[] words = new int[Feature.Kind.values().length];
    for (Feature feature : features) {
      words[feature.kind().ordinal()] |= feature.bit();
    }
    return new FeatureSet(
        words[Feature.Kind.COMPAT.ordinal()],
        words[Feature.Kind.INCOMPAT.ordinal()],
        words[Feature.Kind.RO_COMPAT.ordinal()]);
  }

  /** Returns the word of one kind. */
  public int word(Feature.Kind kind) {
    return switch (kind) {
      case COMPAT -> compat;
      case INCOMPAT -> incompat;
      case RO_COMPAT -> roCompat;
    };
  }

  /** Returns whether a feature is on. */
  public boolean has(Feature feature) {
    return (word(feature.kind()) & feature.bit()) != 0;
  }

  /**
   * Returns the names of the bits of one kind that are on here and are not in {@code supported};
   * bits without a name appear in hex. Empty when everything is supported.
   */
  public List<String> missingFrom(FeatureSet supported, Feature.Kind kind) {
    return names(kind, word(kind) & ~supported.word(kind));
  }

  /** Returns the names of all features that are on: compat, incompat, then ro-compat. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Feature.Kind kind : Feature.Kind.values()) {
      names.addAll(names(kind, word(kind)));
    }
    return names;
  }

  private static List<String> names(Feature.Kind kind, int word) {
    List<String> names = new ArrayList<>();
    int rest = word;
    for (Feature feature : Feature.values()) {
      if (feature.kind() == kind && (rest & feature.bit()) != 0) {
        names.add(feature.label());
        rest &= ~feature.bit();
      }
    }
    if (rest != 0) {
      names.add("0x" + Integer.toHexString(rest));
    }
    return names;
  }
}
