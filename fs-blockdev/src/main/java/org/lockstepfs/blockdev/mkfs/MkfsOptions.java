package org.lockstepfs.blockdev.mkfs;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.lockstepfs.blockdev.format.ClusterInfo;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.Limits;
import org.lockstepfs.blockdev.format.Superblock;

/**
 * What the user asks for, each value checked by itself. 0 and null mean: choose.
 *
 * @param blockSize bytes, a power of two from 512 to 4096
 * @param clusterSize bytes, a power of two from 4 KiB to 1 MiB
 * @param slots 1 to 255
 * @param journalSize bytes per slot, at least 4 MiB
 * @param label at most 63 bytes of UTF-8; empty for none
 * @param uuid the volume's identity
 * @param features everything that shall be on
 * @param cluster the cluster that the volume belongs to; null for the classic stack, unnamed
 * @param blocks size of the volume in blocks; the whole device if 0
 * @param dryRun settle everything, write nothing
 * @param force overwrite whatever is there
 */
public record MkfsOptions(
    int blockSize,
    int clusterSize,
    int slots,
    long journalSize,
    String label,
    UUID uuid,
    Set<Feature> features,
    ClusterInfo cluster,
    long blocks,
    boolean dryRun,
    boolean force) {

  /** Returns a builder with everything left to choose. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns whether the volume is for one node without a cluster. */
  public boolean isLocal() {
    return features.contains(Feature.LOCAL);
  }

  /**
   * Collects options as the command line gives them. Setters take the user's text and say at once
   * what is wrong with it; {@link #build} judges what goes together.
   */
  public static final class Builder {
    private static final Pattern STACK = Pattern.compile("[A-Za-z0-9_-]{4}");
    private static final Pattern CLASSIC_CLUSTER = Pattern.compile("[A-Za-z0-9]{1,16}");
    private static final Pattern UUID_PLAIN =
        Pattern.compile("(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})");

    private int blockSize;
    private int clusterSize;
    private int slots;
    private long journalSize;
    private String label = "";
    private UUID uuid;
    private String mountType;
    private String featureList = "";
    private String stack;
    private String clusterName;
    private boolean globalHeartbeat;
    private long blocks;
    private boolean dryRun;
    private boolean force;

    private Builder() {}

    /** Sets the block size: {@code -b}. */
    public Builder blockSize(String text) throws MkfsException {
      blockSize = powerOfTwo("block size", text, Limits.MIN_BLOCK_SIZE, Limits.MAX_BLOCK_SIZE);
      return this;
    }

    /** Sets the cluster size: {@code -C}. */
    public Builder clusterSize(String text) throws MkfsException {
      clusterSize =
          powerOfTwo("cluster size", text, Limits.MIN_CLUSTER_SIZE, Limits.MAX_CLUSTER_SIZE);
      return this;
    }

    /** Sets the number of slots: {@code -N}. */
    public Builder slots(int count) throws MkfsException {
      if (count < 1 || count > Limits.MAX_SLOTS) {
        throw new MkfsException("node slots: " + count + " is not from 1 to " + Limits.MAX_SLOTS);
      }
      slots = count;
      return this;
    }

    /** Sets journal options: {@code -J}, of which there is {@code size=SIZE}. */
    public Builder journalOptions(String text) throws MkfsException {
      for (String option : text.split(",")) {
        if (!option.startsWith("size=")) {
          throw new MkfsException("journal options: \"" + option + "\" is not size=SIZE");
        }
        journalSize = Sizes.parse("journal size", option.substring("size=".length()));
        if (journalSize < Limits.MIN_JOURNAL_SIZE) {
          throw new MkfsException(
              "journal size: must be at least " + Limits.MIN_JOURNAL_SIZE + " bytes");
        }
      }
      return this;
    }

    /** Sets the label: {@code -L}. */
    public Builder label(String text) throws MkfsException {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      if (length >= Superblock.LABEL_LENGTH) {
        throw new MkfsException(
            "label: must be shorter than " + Superblock.LABEL_LENGTH + " bytes");
      }
      label = text;
      return this;
    }

    /** Sets the UUID, with or without hyphens: {@code -U}. */
    public Builder uuid(String text) throws MkfsException {
      String hyphenated = UUID_PLAIN.matcher(text).replaceFirst("$1-$2-$3-$4-$5");
      try {
        if (hyphenated.length() != 36) {
          throw new IllegalArgumentException("length");
        }
        uuid = UUID.fromString(hyphenated);
      } catch (IllegalArgumentException e) {
        throw new MkfsException("invalid UUID: " + text);
      }
      return this;
    }

    /** Sets the mount type, "local" or "cluster": {@code -M}. */
    public Builder mountType(String text) throws MkfsException {
      if (!text.equals("local") && !text.equals("cluster")) {
        throw new MkfsException("mount type: \"" + text + "\" is neither local nor cluster");
      }
      mountType = text;
      return this;
    }

    /**
     * Sets the features to add and, with "no" before the name, to leave out: {@code --fs-features}.
     */
    public Builder features(String list) {
      featureList = list;
      return this;
    }

    /** Sets the label of the cluster stack: {@code --cluster-stack}. */
    public Builder clusterStack(String text) throws MkfsException {
      if (!STACK.matcher(text).matches()) {
        throw new MkfsException("cluster stack: \"" + text + "\" is not a label of 4 characters");
      }
      stack = text;
      return this;
    }

    /** Sets the cluster's name: {@code --cluster-name}. */
    public Builder clusterName(String text) throws MkfsException {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      if (length < 1 || length > ClusterInfo.CLUSTER_LENGTH) {
        throw new MkfsException(
            "cluster name: must be 1 to " + ClusterInfo.CLUSTER_LENGTH + " bytes long");
      }
      clusterName = text;
      return this;
    }

    /** Chooses o2cb's global heartbeat: {@code --global-heartbeat}. */
    public Builder globalHeartbeat(boolean on) {
      globalHeartbeat = on;
      return this;
    }

    /** Limits the volume to so many blocks. */
    public Builder blocks(long count) throws MkfsException {
      if (count <= 0) {
        throw new MkfsException("blocks count: " + count + " is not positive");
      }
      blocks = count;
      return this;
    }

    /** Writes nothing: {@code --dry-run}. */
    public Builder dryRun(boolean on) {
      dryRun = on;
      return this;
    }

    /** Overwrites whatever is there: {@code --force}. */
    public Builder force(boolean on) {
      force = on;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws MkfsException if they contradict each other
     */
    public MkfsOptions build() throws MkfsException {
      Set<Feature> features = EnumSet.copyOf(FeatureRequest.parse(featureList));
      if ("local".equals(mountType)) {
        features.add(Feature.LOCAL);
      } else if ("cluster".equals(mountType)) {
        features.remove(Feature.LOCAL);
      }
      ClusterInfo cluster = cluster(features);
      return new MkfsOptions(
          blockSize,
          clusterSize,
          slots,
          journalSize,
          label,
          uuid,
          Set.copyOf(features),
          cluster,
          blocks,
          dryRun,
          force);
    }

    private ClusterInfo cluster(Set<Feature> features) throws MkfsException {
      if (stack == null && clusterName == null && !globalHeartbeat) {
        if (features.contains(Feature.CLUSTERINFO)) {
          throw new MkfsException("feature clusterinfo needs a cluster stack and a cluster name");
        }
        return null;
      }
      if (features.contains(Feature.LOCAL)) {
        throw new MkfsException("a local volume has no cluster stack, name or heartbeat");
      }
      if (stack == null || clusterName == null) {
        throw new MkfsException("cluster stack and cluster name go together");
      }
      boolean classic = stack.equals(ClusterInfo.CLASSIC_STACK);
      if (classic && !CLASSIC_CLUSTER.matcher(clusterName).matches()) {
        throw new MkfsException("cluster name: o2cb takes letters and digits only");
      }
      if (globalHeartbeat && !classic) {
        throw new MkfsException("global heartbeat belongs to the o2cb stack");
      }
      features.add(Feature.EXTENDED_SLOT_MAP);
      if (!features.contains(Feature.CLUSTERINFO)) {
        features.add(classic ? Feature.CLUSTERINFO : Feature.USERSPACE_STACK);
      }
      return new ClusterInfo(
          stack, globalHeartbeat ? ClusterInfo.GLOBAL_HEARTBEAT : 0, clusterName);
    }

    private static int powerOfTwo(String what, String text, int low, int high)
        throws MkfsException {
      long size = Sizes.parse(what, text);
      if (size < low || size > high || Long.bitCount(size) != 1) {
        throw new MkfsException(
            what + ": " + text + " is not a power of two from " + low + " to " + high);
      }
      return (int) size;
    }
  }
}
