package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.FuseConnection;
import org.lockstepfs.fuse.kernel.MemoryFileSystem;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.kernel.OperationListener;

/** The way through libfuse, with a file system in memory behind it. */
@Timeout(60)
class PathMountTest {
  private static final String HELD_BY_PARENT =
      """
      import fcntl,os,signal,struct,sys,time
      f=open('f','w+'); fcntl.lockf(f,fcntl.LOCK_EX)
      """;

  @TempDir Path dir;
  private final CountDownLatch ended = new CountDownLatch(1);
  private FuseConnection connection;

  private final MemoryFileSystem fs =
      new MemoryFileSystem(true) {
        @Override
        public void destroy() {
          super.destroy();
          ended.countDown();
        }
      };

  @BeforeEach
  void mount() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "no access to /dev/fuse");
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting takes root");
    connection =
        new PathFrontEnd(Clock.systemUTC(), OperationListener.NONE)
            .mount(fs, "memory", dir, MountOptions.parse("nosuid"));
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (connection == null) {
      return;
    }
    try {
      connection.detach();
    } catch (ErrnoException e) {
      // The test has unmounted it already.
    }
    assertThat(ended.await(20, TimeUnit.SECONDS)).as("end").isTrue();
    assertThat(fs.destroyed).hasValue(1);
  }

  private String python(String script) throws IOException, InterruptedException {
    return output("exec /usr/bin/python3 -c \"$SCRIPT\"", script);
  }

  private String output(String command, String script) throws IOException, InterruptedException {
    Process process = start(command, script);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  private Process start(String command, String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
    builder.environment().put("SCRIPT", script);
    return builder.directory(dir.toFile()).redirectErrorStream(true).start();
  }

  @Test
  void shellSeesAnOrdinaryFileSystem() throws Exception {
    assertThat(Files.readString(Path.of("/proc/mounts")))
        .contains("memory " + dir.toRealPath() + " fuse.lockstep rw,nosuid");
    String out =
        output(
            "set -e; umask 027; mkdir -p d/e; echo hello > d/e/f; ln d/e/f g; ln -s d/e/f s; cat s;"
                + " mv g d/h; stat -c '%a %h %s' d d/h; rm d/e/f; rmdir d/e; ls -a d; cp -a d k;"
                + " cat k/h; touch -m -d '2001-02-03 04:05:06.7 UTC' k/h; stat -c %Y k/h;"
                + " df -T . | tail -1 | cut -d' ' -f1",
            "");
    assertThat(out.lines())
        .containsExactly(
            "hello", "750 1 0", "640 2 6", ".", "..", "h", "hello", "981173106", "memory");
    connection.unmount();
  }

  @Test
  void aSignalInterruptsAWaitAndAKillEndsIt() throws Exception {
    String out =
        python(
            HELD_BY_PARENT
                + """
                def stop(s,f): raise InterruptedError
                def wait(call):
                  signal.signal(signal.SIGALRM,stop); signal.setitimer(signal.ITIMER_REAL,0.2)
                  try: call(open('f','r+'),fcntl.LOCK_EX); print('granted')
                  except InterruptedError: print('interrupted')
                  sys.stdout.flush(); os._exit(0)
                fcntl.flock(f,fcntl.LOCK_EX)
                for call in fcntl.lockf, fcntl.flock:
                  if os.fork()==0: wait(call)
                  os.wait()
                p=os.fork()
                if p==0: fcntl.lockf(open('f','r+'),fcntl.LOCK_EX); os._exit(0)
                time.sleep(0.2); os.kill(p,signal.SIGKILL); print(os.waitpid(p,0)[1])
                """);
    assertThat(out).isEqualTo("interrupted\ninterrupted\n9\n");
  }

  /** Fault: libfuse answers F_GETLK from notes of its own, which outlive the lock. */
  @Test
  void noLockIsSeenAfterItsEnd() throws Exception {
    String out =
        python(
            """
            import fcntl,os,struct
            def lock(fd,call,kind,start,length):
              got=fcntl.fcntl(fd,call,struct.pack('hhqqi4x',kind,0,start,length,0))
              return struct.unpack('hhqqi4x',got)
            f=os.open('f',os.O_RDWR|os.O_CREAT); lock(f,fcntl.F_SETLK,fcntl.F_WRLCK,10,20)
            if os.fork()==0:
              g=os.open('f',os.O_RDWR); got=lock(g,fcntl.F_GETLK,fcntl.F_RDLCK,0,0)
              print(got[0]==fcntl.F_WRLCK, got[2:4], got[4]==os.getppid(), flush=True); os._exit(0)
            os.wait(); os.close(f); h=os.open('f',os.O_RDWR)
            if os.fork()==0:
              print(lock(h,fcntl.F_GETLK,fcntl.F_WRLCK,0,0)[0]==fcntl.F_UNLCK, flush=True); os._exit(0)
            os.wait()
            """);
    assertThat(out).isEqualTo("True (10, 20) True\nTrue\n");
  }

  @Test
  void aNamelessFileCanBeUsedAndOnlyFstatFails() throws Exception {
    String out =
        python(
            """
            import os
            f=os.open('f',os.O_RDWR|os.O_CREAT); os.write(f,b'x'*300000); os.unlink('f')
            print(len(os.pread(f,400000,0)), os.lseek(f,0,os.SEEK_END), os.listdir('.'))
            os.ftruncate(f,5); os.fsync(f); print(os.pread(f,10,0))
            try: os.fstat(f)
            except OSError as e: print(e.strerror)
            """);
    assertThat(out).isEqualTo("300000 300000 []\nb'xxxxx'\nNo such file or directory\n");
  }

  @Test
  void flagsOfRenameAreRefused() throws Exception {
    String out =
        python(
            """
            import ctypes,os
            open('a','w').close(); open('b','w').close(); libc=ctypes.CDLL(None,use_errno=True)
            for flags, to in (1, b'c'), (2, b'b'): print(libc.renameat2(-100,b'a',-100,to,flags), os.strerror(ctypes.get_errno()))
            os.rename('a','b'); print(os.listdir('.'))
            """);
    assertThat(out).isEqualTo("-1 Invalid argument\n-1 Invalid argument\n['b']\n");
  }

  /** Fault: a waiter holds the end of the connection up for ever. */
  @Test
  void abortEndsWaitersAndTheFileSystem() throws Exception {
    Process python =
        start(
            "exec /usr/bin/python3 -c \"$SCRIPT\"",
            HELD_BY_PARENT
                + """
                if os.fork()==0:
                  print('waiting',flush=True)
                  try: fcntl.lockf(open('f','r+'),fcntl.LOCK_EX); print('granted')
                  except OSError as e: print('failed')
                  sys.stdout.flush(); os._exit(0)
                os.wait()
                """);
    var out = python.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine()).isEqualTo("waiting");
    TimeUnit.MILLISECONDS.sleep(200);
    connection.abort();
    assertThat(out.readLine()).isEqualTo("failed");
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(python.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }
}
