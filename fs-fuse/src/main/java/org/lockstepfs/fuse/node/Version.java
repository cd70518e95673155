package org.lockstepfs.fuse.node;

/** The version of this build. */
public final class Version {
  private Version() {}

  /** Returns the version that the jar's manifest states, or "development". */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
