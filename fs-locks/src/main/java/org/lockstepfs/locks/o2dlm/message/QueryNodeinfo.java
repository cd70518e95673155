package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.o2dlm.NodeMap;

/**
 * The joiner's node table, to be compared. Status: 0, or -EINVAL if it differs.
 *
 * <p>Layout: struct dlm_query_nodeinfo.
 *
 * @param node the joiner
 * @param domain name of the domain
 * @param nodes the configured nodes, at most 255
 */
public record QueryNodeinfo(int node, String domain, List<NodeInfo> nodes) implements Message {
  /** Checks the number of nodes and copies them. */
  public QueryNodeinfo {
    nodes = List.copyOf(nodes);
    if (nodes.size() > NodeMap.MAX_NODES) {
      throw new IllegalArgumentException(nodes.size() + " nodes, at most 255");
    }
  }

  @Override
  public int type() {
    return MessageType.QUERY_NODEINFO.id();
  }

  @Override
  public int length() {
    return 2108;
  }

  @Override
  public void encode(ByteBuffer out) {
    byte[] name = Wire.latin1(domain);
    out.put((byte) node);
    out.put((byte) nodes.size());
    out.put((byte) name.length);
    out.put((byte) 0);
    Wire.padded(out, name, Wire.NAME_FIELD);
    for (NodeInfo info : nodes) {
      out.put((byte) info.number());
      out.put((byte) 0);
      out.put((byte) (info.port() >>> 8));
      out.put((byte) info.port());
      Wire.be32(out, info.ipv4());
    }
    Wire.zeros(out, (NodeMap.MAX_NODES - nodes.size()) * 8);
  }

  static QueryNodeinfo read(Wire.Reader in) throws BadMessageException {
    in.need(2108);
    int node = in.node();
    int count = in.u8();
    int nameLength = in.u8();
    in.skip(1);
    String domain = in.domain(nameLength);
    List<NodeInfo> nodes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int number = in.node();
      in.skip(1);
      int port = in.u16();
      nodes.add(new NodeInfo(number, port, in.i32()));
    }
    return new QueryNodeinfo(node, domain, nodes);
  }
}
