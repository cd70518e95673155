package org.lockstepfs.fuse.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.Replies;

/** A request that is answered with bytes; those in a direct buffer are not copied again. */
final class DataExchange extends Exchange implements Replies.Data {
  private NativeMemory memory;

  DataExchange(Session session, FuseChannel channel, RequestView rq, long startNs) {
    super(session, channel, rq, startNs);
  }

  @Override
  public ByteBuffer buffer() {
    if (memory == null) {
      memory = session().buffers().take();
    }
    return memory.bytes();
  }

  @Override
  public void data(ByteBuffer data) {
    ByteBuffer direct = data.isDirect() ? data : copied(data);
    if (claim()) {
      try {
        sendData(NativeBuffers.address(direct) + direct.position(), direct.remaining());
      } finally {
        Reference.reachabilityFence(direct);
      }
    }
  }

  private ByteBuffer copied(ByteBuffer data) {
    return buffer().clear().put(data.duplicate()).flip();
  }

  @Override
  void releaseData() {
    if (memory != null) {
      session().buffers().give(memory);
      memory = null;
    }
  }
}
