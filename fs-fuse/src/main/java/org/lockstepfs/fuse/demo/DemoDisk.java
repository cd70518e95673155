package org.lockstepfs.fuse.demo;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A disk for the demo: a sparse image behind a loop device; the image itself without one. */
final class DemoDisk implements Closeable {
  private final String device;
  private final boolean loop;
  private boolean attached;

  DemoDisk(Path image, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    Tool losetup = Tool.run(Map.of(), List.of("losetup", "--find", "--show", image.toString()));
    loop = losetup.status() == 0;
    attached = loop;
    device = loop ? losetup.output() : image.toString();
  }

  String device() {
    return device;
  }

  boolean isLoop() {
    return loop;
  }

  @Override
  public synchronized void close() throws IOException {
    if (attached) {
      Tool.output("losetup", "--detach", device);
      attached = false;
    }
  }
}
