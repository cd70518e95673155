package org.lockstepfs.blockdev.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BootClockTest {
  private static final double UPTIME_STEP = 0.01;

  private final BootClock clock = new BootClock();

  @Test
  void agreesWithTheKernelsUptime() throws Exception {
    double before = uptime();
    double now = clock.getAsLong() / 1e9;
    assertThat(now).isBetween(before, uptime() + UPTIME_STEP);
  }

  private static double uptime() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
  }

  @Test
  void goesOnAsTheMonotonicClockDoes() throws Exception {
    long outer = System.nanoTime();
    long boot = clock.getAsLong();
    long inner = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(20);
    long innerPassed = System.nanoTime() - inner;
    long passed = clock.getAsLong() - boot;
    assertThat(passed).isBetween(innerPassed, System.nanoTime() - outer);
  }
}
