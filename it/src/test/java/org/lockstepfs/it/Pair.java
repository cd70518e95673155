package org.lockstepfs.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A volume and two nodes of this machine that have it mounted. */
final class Pair implements AutoCloseable {
  private final Path dir;
  private final Image image;
  private final Node a;
  private final Node b;

  /**
   * Formats and mounts.
   *
   * @param parent gets a directory of the stack's name
   * @param options of both mounts
   */
  Pair(Path parent, Stack stack, String... options) throws IOException {
    dir = Files.createDirectory(parent.resolve(stack.label()));
    Path config = ClusterFile.write(dir, stack, "pair", "a", "b");
    image = Image.create(dir, 300).mkfsShared(stack, "pair");
    a = new Node("a", dir.resolve("run"), config);
    b = new Node("b", dir.resolve("run"), config);
    try {
      a.mount(image.device(), onA(), options);
      b.mount(image.device(), onB(), options);
    } catch (IOException | AssertionError e) {
      close();
      throw e;
    }
  }

  Path dir() {
    return dir;
  }

  Image image() {
    return image;
  }

  Node a() {
    return a;
  }

  Node b() {
    return b;
  }

  Path onA() {
    return dir.resolve("on-a");
  }

  Path onB() {
    return dir.resolve("on-b");
  }

  /** Unmounts on both nodes; the volume is sound, and what was removed is gone. */
  void leaveAndCheck() {
    a.umount(onA());
    b.umount(onB());
    image.assertClean();
    image.assertNoOrphans();
  }

  @Override
  public void close() throws IOException {
    a.close();
    b.close();
    image.close();
  }
}
