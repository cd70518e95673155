package org.lockstepfs.fuse.control;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;

/** The bodies of requests and answers. Unknown fields are ignored, so that versions can differ. */
public final class Messages {
  private Messages() {}

  /**
   * Mount a device.
   *
   * @param device canonical path
   * @param dir canonical mount point
   * @param options mount options, name to value; value empty for flags
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record MountRequest(String device, String dir, Map<String, String> options) {}

  /**
   * Names a mounted file system by the device number that the kernel gave it ("0:45").
   *
   * @param timeoutMs how long to wait at the most
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record LeftRequest(String devno, long timeoutMs) {}

  /** Let a mounted volume be changed that was mounted read-only. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record WritableRequest(String devno) {}

  /**
   * Stop the daemon.
   *
   * @param force leave volumes that are in use, too: their users get errors
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record StopRequest(boolean force) {}

  /**
   * Look at the cluster stack, or change it.
   *
   * @param label the label to set; empty to change nothing
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record StackRequest(String label) {}

  /**
   * The cluster stack in force.
   *
   * @param active the plug-in that connections use, empty without any
   * @param plugins those that there are
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record StackAnswer(String label, String active, List<String> plugins) {}

  /**
   * Take or drop a reference on a volume's heartbeat.
   *
   * @param volume canonical path of its device, or its UUID
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record HeartbeatRequest(String volume) {}

  /**
   * Who wants a volume's heartbeat on this node.
   *
   * @param tools references that commands have taken
   * @param mounted whether it is mounted, which counts as one more, at however many places
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record HeartbeatRefs(String device, String uuid, int tools, boolean mounted) {}

  /** All volumes with a heartbeat. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record HeartbeatAnswer(List<HeartbeatRefs> volumes) {}

  /** An answer without content. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Done() {}

  /** A refusal. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Failure(String error, int exitCode) {}

  /** One mounted volume. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record MountStatus(
      String device,
      String devno,
      List<String> mountpoints,
      String uuid,
      String label,
      int slot,
      boolean readOnly,
      String stack) {}

  /** One member of the cluster as this node sees it. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record MemberStatus(int number, String name, String address, boolean self) {}

  /**
   * What a daemon says of itself.
   *
   * @param metrics where Prometheus may scrape
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Status(
      String node,
      long pid,
      String version,
      String metrics,
      String cluster,
      List<MemberStatus> members,
      List<MountStatus> mounts) {}
}
