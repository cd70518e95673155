package org.lockstepfs.blockdev.mkfs;

import java.util.EnumSet;
import java.util.Set;
import org.lockstepfs.blockdev.format.Feature;

/**
 * The features of a new volume: the defaults, changed by the user's list.
 *
 * <p>Differs from mkfs.ocfs2 in its defaults only: xattr, indexed-dirs and refcount are left out.
 */
final class FeatureRequest {
  private static final Set<Feature> DEFAULTS =
      EnumSet.of(
          Feature.BACKUP_SUPER,
          Feature.STRICT_JOURNAL_SUPER,
          Feature.SPARSE,
          Feature.INLINE_DATA,
          Feature.EXTENDED_SLOT_MAP,
          Feature.DISCONTIG_BG,
          Feature.APPEND_DIO,
          Feature.UNWRITTEN);

  /** Features that a user can ask for by name; the others are states, or follow from options. */
  private static final Set<Feature> SELECTABLE =
      EnumSet.complementOf(
          EnumSet.of(
              Feature.STRICT_JOURNAL_SUPER,
              Feature.HEARTBEAT_DEV,
              Feature.RESIZE_INPROG,
              Feature.TUNEFS_INPROG,
              Feature.USERSPACE_STACK));

  private static final Set<Feature> NOT_WRITTEN =
      EnumSet.of(
          Feature.XATTR,
          Feature.INDEXED_DIRS,
          Feature.META_ECC,
          Feature.REFCOUNT,
          Feature.USRQUOTA,
          Feature.GRPQUOTA);

  private FeatureRequest() {}

  /**
   * Returns the features that a list such as {@code "noinline-data,local"} asks for.
   *
   * @param list names separated by commas, "no" before those to leave out; may be empty
   * @throws MkfsException if a name is unknown, cannot be chosen or is not written, or two names
   *     contradict each other
   */
  static Set<Feature> parse(String list) throws MkfsException {
    Set<Feature> on = EnumSet.noneOf(Feature.class);
    Set<Feature> off = EnumSet.noneOf(Feature.class);
    for (String item : list.split(",")) {
      String name = item.strip();
      if (!name.isEmpty()) {
        boolean negated = Feature.named(name) == null && name.startsWith("no");
        (negated ? off : on).add(selectable(name, negated ? name.substring(2) : name));
      }
    }
    if (on.contains(Feature.UNWRITTEN)) {
      on.add(Feature.SPARSE);
    }
    if (off.contains(Feature.SPARSE)) {
      off.add(Feature.UNWRITTEN);
    }
    Set<Feature> features = EnumSet.copyOf(DEFAULTS);
    for (Feature feature : on) {
      if (off.contains(feature)) {
        throw new MkfsException("conflicting features: " + feature.label() + " is on and off");
      }
      if (NOT_WRITTEN.contains(feature)) {
        throw new MkfsException("feature " + feature.label() + " cannot be written yet");
      }
    }
    features.addAll(on);
    features.removeAll(off);
    return features;
  }

  private static Feature selectable(String item, String name) throws MkfsException {
    Feature feature = Feature.named(name);
    if (feature == null || !SELECTABLE.contains(feature)) {
      throw new MkfsException("unsupported feature: " + item);
    }
    return feature;
  }
}
