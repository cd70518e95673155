package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.concurrent.Executors;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.o2hb.HeartbeatRunner;
import org.lockstepfs.stack.o2hb.RegionHeartbeat;

/**
 * One life of this node's heartbeat on a volume.
 *
 * @param beats what is written and read
 * @param runner brings it about
 * @param negotiation asks others for time while the disk hangs
 */
record VolumeHeartbeat(
    RegionHeartbeat beats, HeartbeatRunner runner, NegotiationDriver negotiation) {

  /** Makes a heartbeat of a new generation that is not started. */
  static VolumeHeartbeat make(StackNode node, Running running, String uuid, HeartbeatRegion region)
      throws IOException {
    RegionHeartbeat beats =
        new RegionHeartbeat(
            region,
            running.config(),
            running.self(),
            node.timing().heartbeat(),
            running.liveNodes(),
            node.environment().fence(),
            node.nextGeneration(),
            node.nanoClock(),
            () -> System.currentTimeMillis() / 1_000);
    HeartbeatRunner runner =
        new HeartbeatRunner(
            beats,
            Executors.newSingleThreadScheduledExecutor(NodeStart.thread("o2hb-" + uuid)),
            node.nanoClock(),
            node.environment().metrics(),
            uuid);
    NegotiationDriver negotiation =
        new NegotiationDriver(
            running.self().number(),
            uuid,
            beats,
            node.timing().heartbeat(),
            running.net(),
            node.nanoClock());
    return new VolumeHeartbeat(beats, runner, negotiation);
  }

  /** Returns when it is steady; {@link #stop} follows in any case. */
  void start(Running running) throws IOException {
    runner.start();
    negotiation.open(running.timer());
  }

  void stop() {
    negotiation.close();
    runner.stop();
  }
}
