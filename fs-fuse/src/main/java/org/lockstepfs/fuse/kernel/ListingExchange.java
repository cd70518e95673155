package org.lockstepfs.fuse.kernel;

import org.lockstepfs.fuse.kernel.wire.DirentWriter;
import org.lockstepfs.fuse.kernel.wire.Opcode;
import org.lockstepfs.fuse.kernel.wire.RequestView;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.Replies;

/** A request that is answered with directory entries. */
final class ListingExchange extends Exchange implements Replies.Listing {
  private final NativeMemory memory;
  private final DirentWriter entries;

  ListingExchange(Session session, FuseChannel channel, RequestView rq, long startNs) {
    super(session, channel, rq, startNs);
    memory = session.buffers().take();
    int limit = Math.max(0, Math.min(rq.u32(16), memory.bytes().capacity()));
    entries = new DirentWriter(memory.bytes(), limit, rq.opcode() == Opcode.READDIRPLUS);
  }

  @Override
  public boolean add(Name name, long ino, long nextOffset, int type, Entry entry) {
    return entries.add(name, ino, nextOffset, type, entry);
  }

  @Override
  public void done() {
    if (claim()) {
      sendData(memory.address(), entries.used());
    }
  }

  /** Tells whether entries, and with them references to nodes, were promised to the kernel. */
  boolean hasEntries() {
    return entries.used() > 0;
  }

  @Override
  void releaseData() {
    session().buffers().give(memory);
  }
}
