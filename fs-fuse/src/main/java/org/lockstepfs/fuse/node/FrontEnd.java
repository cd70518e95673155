package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.lockstepfs.fuse.kernel.FuseConnection;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.vfs.FileSystem;

/** A way from the kernel to a file system; the mount option {@link #OPTION} names it. */
public interface FrontEnd {
  /** The mount option. */
  String OPTION = "frontend";

  /** The FUSE protocol on /dev/fuse: the default. */
  String KERNEL = "kernel";

  /** libfuse 2 through jnr-fuse, with the limits that {@code fuse.path} lists. */
  String JNR_FUSE = "jnr-fuse";

  /** What the mount option may name. */
  List<String> NAMES = List.of(KERNEL, JNR_FUSE);

  /**
   * Mounts a file system; it serves when this returns. Its {@link FileSystem#destroy} runs once
   * after the connection has ended; if this method throws, it does not run.
   *
   * @param source what /proc/mounts shows as the device
   * @param dir an existing directory
   * @throws IOException if that is not possible; nothing is mounted then
   */
  FuseConnection mount(FileSystem fs, String source, Path dir, MountOptions options)
      throws IOException;
}
