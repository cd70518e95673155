package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;

/** Data, listings and failures through a real mount. */
@Timeout(60)
class KernelIoTest {
  private static final int MIB = 1 << 20;

  @Test
  void bigWritesArriveWholeOnAPage() throws Exception {
    List<String> writes = new ArrayList<>();
    MemoryFileSystem fs =
        new MemoryFileSystem(true) {
          @Override
          public void write(
              Request rq,
              long node,
              long fh,
              long offset,
              ByteBuffer data,
              int flags,
              boolean kill,
              Replies.Writes reply)
              throws IOException {
            writes.add(
                data.remaining()
                    + " at page + "
                    + NativeBuffers.address(data) % NativeBuffers.PAGE);
            super.write(rq, node, fh, offset, data, flags, kill, reply);
          }
        };
    byte[] content = new byte[5 * MIB];
    new Random(1).nextBytes(content);
    try (MountFixture m = new MountFixture(fs);
        FileChannel file = openNew(m, "big")) {
      ByteBuffer aligned = NativeBuffers.allocate(content.length).put(content).flip();
      assertThat(file.write(aligned)).isEqualTo(content.length);
      ByteBuffer back = NativeBuffers.allocate(content.length);
      assertThat(file.read(back, 0)).isEqualTo(content.length);
      assertThat(back.flip()).isEqualTo(ByteBuffer.wrap(content));
    }
    assertThat(writes).hasSize(5).containsOnly(MIB + " at page + 0");
  }

  @Test
  void aWriteAnsweredLaterKeepsItsData() throws Exception {
    ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    MemoryFileSystem fs =
        new MemoryFileSystem(true) {
          @Override
          public void write(
              Request rq,
              long node,
              long fh,
              long offset,
              ByteBuffer data,
              int flags,
              boolean kill,
              Replies.Writes reply)
              throws IOException {
            MemoryNode into = node(node);
            later.schedule(() -> reply.written(into.write(offset, data)), 5, TimeUnit.MILLISECONDS);
          }
        };
    try (MountFixture m = new MountFixture(fs)) {
      List<Process> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        writers.add(
            m.shell(
                "i=0; while [ $i -lt 20 ]; do echo " + i + i + i + ".$i; i=$((i+1)); done > f" + i,
                ""));
      }
      for (Process writer : writers) {
        assertThat(writer.waitFor()).isZero();
      }
      for (int i = 0; i < 4; i++) {
        String mark = "" + i + i + i + ".";
        assertThat(Files.readAllLines(m.path("f" + i)))
            .isEqualTo(IntStream.range(0, 20).mapToObj(k -> mark + k).toList());
      }
    } finally {
      later.shutdown();
    }
  }

  @Test
  void listsThousandsAndReturnsEveryReference() throws Exception {
    MemoryFileSystem fs = new MemoryFileSystem(true);
    try (MountFixture m = new MountFixture(fs)) {
      List<String> names = IntStream.range(0, 2000).mapToObj(i -> "file-" + i).toList();
      for (String name : names) {
        Files.createFile(m.path(name));
      }
      Process ls = m.shell("ls -lU | wc -l; find . -type f | wc -l", "");
      assertThat(new String(ls.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("2001\n2000\n");
      try (Stream<java.nio.file.Path> listed = Files.list(m.dir)) {
        assertThat(listed.map(p -> p.getFileName().toString()).collect(Collectors.toSet()))
            .hasSize(2000)
            .containsAll(names);
      }
      assertThat(m.shell("find . -type f -delete", "").waitFor()).isZero();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (fs.nodes.size() > 1 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertThat(fs.nodes).hasSize(1);
    }
  }

  @Test
  void failuresReachTheCallerAndOnlyHim() throws Exception {
    MemoryFileSystem fs =
        new MemoryFileSystem(true) {
          @Override
          public void mkdir(Request rq, long parent, Name name, int mode, Replies.Entries reply)
              throws IOException {
            switch (name.toString()) {
              case "io" -> throw new IOException("broken on purpose");
              case "bug" -> throw new IllegalStateException("broken on purpose");
              default -> {
                super.mkdir(rq, parent, name, mode, reply);
                reply.error(jnr.constants.platform.Errno.ENOSPC);
              }
            }
          }
        };
    Map<Opcode, Integer> failed = new ConcurrentHashMap<>();
    OperationListener listener =
        (op, ns, errno) -> failed.merge(op, errno == 0 ? 0 : 1, Integer::sum);
    try (MountFixture m = new MountFixture(fs, listener, "")) {
      for (String name : List.of("io", "bug")) {
        assertThatThrownBy(() -> Files.createDirectory(m.path(name)))
            .isInstanceOf(FileSystemException.class)
            .hasMessageContaining("Input/output error");
      }
      Files.createDirectory(m.path("twice"));
      assertThat(Files.isDirectory(m.path("twice"))).isTrue();
    }
    assertThat(failed).containsEntry(Opcode.MKDIR, 2);
  }

  @Test
  void sharedMappingIsRefusedAndPrivateMappingWorks() throws Exception {
    try (MountFixture m = new MountFixture(new MemoryFileSystem(true))) {
      Files.writeString(m.path("mapped"), "content");
      Process python =
          m.shell(
              "exec /usr/bin/python3 -c \"$SCRIPT\"",
              """
              import mmap
              f=open('mapped','r+')
              print(mmap.mmap(f.fileno(),7,flags=mmap.MAP_PRIVATE)[:])
              try: mmap.mmap(f.fileno(),7,flags=mmap.MAP_SHARED)
              except OSError as e: print(e.strerror)
              """);
      assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("b'content'\nNo such device\n");
    }
  }

  @Test
  void readOnlyMountRefusesChanges() throws Exception {
    try (MountFixture m =
        new MountFixture(new MemoryFileSystem(true), OperationListener.NONE, "ro,noatime")) {
      assertThatThrownBy(() -> Files.createFile(m.path("f"))).hasMessageContaining("Read-only");
    }
  }

  @Test
  void droppedCachesAreAskedForAgain() throws Exception {
    MemoryFileSystem fs = new MemoryFileSystem(false);
    try (MountFixture m = new MountFixture(fs);
        FileChannel file = openNew(m, "cached")) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(readByte(file)).isEqualTo((byte) 1);
      fs.find("cached").write(0, ByteBuffer.wrap(new byte[] {9}));
      assertThat(readByte(file)).as("still cached").isEqualTo((byte) 1);
      m.mount.caches().invalidateInode(fs.find("cached").id, 0, 0);
      assertThat(readByte(file)).isEqualTo((byte) 9);
      m.mount.caches().invalidateInode(123456, 0, 0);
      m.mount.caches().invalidateEntry(1, Name.of("cached"));
      m.mount.caches().invalidateEntry(1, Name.of("unknown"));
    }
  }

  private static byte readByte(FileChannel file) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.read(one, 0);
    return one.get(0);
  }

  private static FileChannel openNew(MountFixture m, String name) throws IOException {
    return FileChannel.open(
        m.path(name),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }
}
