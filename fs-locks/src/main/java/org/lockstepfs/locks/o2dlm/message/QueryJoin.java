package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.NodeMap;

/**
 * "May I join?" Status: a {@link JoinReply}.
 *
 * <p>Layout: struct dlm_query_join_request.
 *
 * @param node the joiner
 * @param dlmMajor of the lock manager's protocol
 * @param dlmMinor highest that the joiner speaks
 * @param fsMajor of the file system's protocol
 * @param fsMinor highest that the joiner speaks
 * @param domain name of the domain
 * @param nodeMap nodes whose heartbeat the joiner sees
 */
public record QueryJoin(
    int node, int dlmMajor, int dlmMinor, int fsMajor, int fsMinor, String domain, NodeMap nodeMap)
    implements Message {
  private static final int MAP_BYTES = 32;

  @Override
  public int type() {
    return MessageType.QUERY_JOIN.id();
  }

  @Override
  public int length() {
    return 104;
  }

  @Override
  public void encode(ByteBuffer out) {
    byte[] name = Wire.latin1(domain);
    out.put((byte) node);
    Wire.zeros(out, 2);
    out.put((byte) name.length);
    out.put((byte) dlmMajor);
    out.put((byte) dlmMinor);
    out.put((byte) fsMajor);
    out.put((byte) fsMinor);
    Wire.padded(out, name, Wire.NAME_FIELD);
    byte[] map = new byte[MAP_BYTES];
    nodeMap.forEach(n -> map[n >> 3] |= (byte) (1 << (n & 7)));
    out.put(map);
  }

  static QueryJoin read(Wire.Reader in) throws BadMessageException {
    in.need(104);
    int node = in.node();
    in.skip(2);
    int nameLength = in.u8();
    int dlmMajor = in.u8();
    int dlmMinor = in.u8();
    int fsMajor = in.u8();
    int fsMinor = in.u8();
    String domain = in.domain(nameLength);
    byte[] bytes = in.bytes(MAP_BYTES);
    NodeMap map = new NodeMap();
    for (int n = 0; n < NodeMap.MAX_NODES; n++) {
      if ((bytes[n >> 3] >> (n & 7) & 1) != 0) {
        map.add(n);
      }
    }
    return new QueryJoin(node, dlmMajor, dlmMinor, fsMajor, fsMinor, domain, map);
  }
}
