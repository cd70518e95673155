package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting locks through a real mount: they hold no thread, and a signal always ends them. */
@Timeout(60)
class KernelLockTest {
  private static final String HELD_BY_PARENT =
      """
      import fcntl,os,signal,sys,threading,time,random
      f=open('f','r+'); fcntl.lockf(f,fcntl.LOCK_EX)
      """;

  private final MemoryFileSystem fs = new MemoryFileSystem(true);
  private MountFixture m;

  @BeforeEach
  void mount() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3");
    m = new MountFixture(fs);
    Files.createFile(m.path("f"));
  }

  @AfterEach
  void unmount() throws IOException {
    if (m != null) {
      m.close();
    }
  }

  @Test
  void aSignalInterruptsAWait() throws Exception {
    assertThat(
            python(
                HELD_BY_PARENT
                    + """
                    def stop(s,f): raise InterruptedError
                    if os.fork()==0:
                      signal.signal(signal.SIGALRM,stop); signal.setitimer(signal.ITIMER_REAL,0.2)
                      try: fcntl.lockf(open('f','r+'),fcntl.LOCK_EX); print('granted')
                      except InterruptedError: print('interrupted')
                      sys.stdout.flush(); os._exit(0)
                    os.wait()
                    """))
        .isEqualTo("interrupted\n");
    assertThat(fs.find("f").posix.waiters()).isZero();
  }

  @Test
  void aSignalAtAnyMomentEndsTheWait() throws Exception {
    assertThat(
            python(
                HELD_BY_PARENT
                    + """
                    pids=[]
                    for i in range(150):
                      p=os.fork()
                      if p==0: fcntl.lockf(open('f','r+'),fcntl.LOCK_EX); os._exit(0)
                      time.sleep(random.random()*0.004); os.kill(p,signal.SIGKILL); pids.append(p)
                    print(sum(os.waitpid(p,0)[1]==signal.SIGKILL for p in pids))
                    """))
        .isEqualTo("150\n");
    assertThat(fs.find("f").posix.waiters()).isZero();
  }

  @Test
  void fiveHundredWaitersHoldNoThread() throws Exception {
    Process python =
        m.shell(
            "exec /usr/bin/python3 -c \"$SCRIPT\"",
            """
            import fcntl,os,sys,threading
            def wait():
              with open('f','r+') as g: fcntl.flock(g,fcntl.LOCK_EX)
            f=open('f','r+'); fcntl.flock(f,fcntl.LOCK_EX)
            ts=[threading.Thread(target=wait) for i in range(500)]
            [t.start() for t in ts]; sys.stdin.readline(); fcntl.flock(f,fcntl.LOCK_UN)
            [t.join() for t in ts]; print('all')
            """);
    await(() -> fs.find("f").flock.waiters() == 500);
    assertThat(m.mount.workers()).isBetween(1, MountFixture.MAX_WORKERS);
    python.getOutputStream().write('\n');
    python.getOutputStream().flush();
    assertThat(output(python)).isEqualTo("all\n");
    assertThat(fs.find("f").flock.waiters()).isZero();
  }

  @Test
  void abortEndsWaitersAndTheFileSystem() throws Exception {
    Process python =
        m.shell(
            "exec /usr/bin/python3 -c \"$SCRIPT\"",
            HELD_BY_PARENT
                + """
                if os.fork()==0:
                  try: fcntl.lockf(open('f','r+'),fcntl.LOCK_EX); print('granted')
                  except OSError as e: print('failed')
                  sys.stdout.flush(); os._exit(0)
                os.wait()
                """);
    await(() -> fs.find("f").posix.waiters() == 1);
    m.mount.connection().abort();
    assertThat(output(python)).isEqualTo("failed\n");
    assertThat(m.mount.awaitEnd(java.time.Duration.ofSeconds(10))).isTrue();
    assertThat(fs.destroyed).hasValue(1);
    assertThat(fs.find("f").posix.waiters()).isZero();
  }

  private String python(String script) throws IOException, InterruptedException {
    return output(m.shell("exec /usr/bin/python3 -c \"$SCRIPT\"", script));
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
