package org.lockstepfs.stack.node;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.mailbox.Mailbox;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.Negotiation;
import org.lockstepfs.stack.o2hb.Negotiation.Effect;
import org.lockstepfs.stack.o2hb.RegionHeartbeat;
import org.lockstepfs.stack.o2net.MessageHandler;
import org.lockstepfs.stack.o2net.O2Net;
import org.lockstepfs.stack.o2net.SendResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one region's {@link Negotiation} over o2net: O2HB_NEGO_TIMEOUT_MSG and
 * O2HB_NEGO_APPROVE_MSG, one byte each, the sender's number. Thread-safe.
 */
final class NegotiationDriver {
  private static final Logger LOG = LoggerFactory.getLogger(NegotiationDriver.class);
  private static final int TIMEOUT_TYPE = 1;
  private static final int APPROVE_TYPE = 2;
  private static final int MAX_REGIONS = 32;
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int TICKS_PER_INTERVAL = 4;

  private final int self;
  private final int key;
  private final String region;
  private final RegionHeartbeat heartbeat;
  private final O2Net net;
  private final LongSupplier nanoClock;
  private final Negotiation negotiation;
  private final Mailbox mailbox = new Mailbox();
  private final Map<Integer, MessageHandler.Request> reports = new HashMap<>();
  private final long tickMs;
  private ScheduledFuture<?> ticking;

  NegotiationDriver(
      int self,
      String region,
      RegionHeartbeat heartbeat,
      HeartbeatTiming timing,
      O2Net net,
      LongSupplier nanoClock) {
    this.self = self;
    this.key = key(region);
    this.region = region;
    this.heartbeat = heartbeat;
    this.net = net;
    this.nanoClock = nanoClock;
    this.negotiation = new Negotiation(self);
    this.tickMs = Math.max(1, timing.intervalMs() / TICKS_PER_INTERVAL);
  }

  /** The kernel's key of a region in local mode: crc32_le seeded with its number, 0, plus 32. */
  static int key(String region) {
    int crc = MAX_REGIONS;
    for (byte octet : region.getBytes(StandardCharsets.US_ASCII)) {
      crc ^= octet & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
      }
    }
    return crc;
  }

  void open(ScheduledExecutorService executor) {
    net.register(TIMEOUT_TYPE, key, 1, this::reported);
    net.register(APPROVE_TYPE, key, 1, this::approved);
    ticking = executor.scheduleAtFixedRate(this::tick, tickMs, tickMs, TimeUnit.MILLISECONDS);
  }

  void close() {
    if (ticking != null) {
      ticking.cancel(false);
      net.unregister(TIMEOUT_TYPE, key);
      net.unregister(APPROVE_TYPE, key);
    }
  }

  private void tick() {
    step(
        () -> {
          long nowNanos = nanoClock.getAsLong();
          negotiation.tick(heartbeat.isHung(), heartbeat.liveNow(), nowNanos);
        });
  }

  private void step(Runnable event) {
    mailbox.post(
        () -> {
          event.run();
          negotiation.poll().forEach(this::perform);
        });
  }

  private void reported(MessageHandler.Request request) {
    step(
        () -> {
          MessageHandler.Request older = reports.put(request.from(), request);
          if (older != null) {
            older.answer(0);
          }
          negotiation.reported(request.from());
        });
  }

  private void approved(MessageHandler.Request request) {
    request.answer(0);
    step(() -> negotiation.approved(request.from()));
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Report report) {
      LOG.warn("o2hb: write to {} hangs; asking node {}", region, report.to());
      send(
          report.to(),
          TIMEOUT_TYPE,
          result -> step(() -> negotiation.answered(result == SendResult.DELIVERED)));
    } else if (effect instanceof Effect.Approve approve) {
      send(approve.node(), APPROVE_TYPE, result -> {});
    } else if (effect instanceof Effect.Answer answer) {
      MessageHandler.Request request = reports.remove(answer.node());
      if (request != null) {
        request.answer(0);
      }
    } else if (effect instanceof Effect.Extend extend) {
      LOG.warn("o2hb: writes of all nodes to {} hang; not fencing yet", region);
      heartbeat.extendDeadline(extend.sinceNanos());
    }
  }

  private void send(int to, int type, java.util.function.Consumer<SendResult> done) {
    net.send(to, type, key, new byte[] {(byte) self}, (result, status) -> done.accept(result));
  }
}
