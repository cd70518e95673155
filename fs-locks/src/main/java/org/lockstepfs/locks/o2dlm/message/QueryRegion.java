package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The joiner's heartbeat regions, to be compared. Status: 0, or -EINVAL if they differ.
 *
 * <p>Layout: struct dlm_query_region.
 *
 * @param node the joiner
 * @param domain name of the domain
 * @param regions region names of at most 32 bytes, at most 32; none with local heartbeat
 */
public record QueryRegion(int node, String domain, List<String> regions) implements Message {
  private static final int MAX_REGIONS = 32;
  private static final int REGION_FIELD = 32;

  /** Checks the number of regions and copies them. */
  public QueryRegion {
    regions = List.copyOf(regions);
    if (regions.size() > MAX_REGIONS) {
      throw new IllegalArgumentException(regions.size() + " heartbeat regions, at most 32");
    }
  }

  @Override
  public int type() {
    return MessageType.QUERY_REGION.id();
  }

  @Override
  public int length() {
    return 1092;
  }

  @Override
  public void encode(ByteBuffer out) {
    byte[] name = Wire.latin1(domain);
    out.put((byte) node);
    out.put((byte) regions.size());
    out.put((byte) name.length);
    out.put((byte) 0);
    Wire.padded(out, name, Wire.NAME_FIELD);
    for (String region : regions) {
      Wire.padded(out, Wire.latin1(region), REGION_FIELD);
    }
    Wire.zeros(out, (MAX_REGIONS - regions.size()) * REGION_FIELD);
  }

  static QueryRegion read(Wire.Reader in) throws BadMessageException {
    in.need(1092);
    int node = in.node();
    int count = in.u8();
    int nameLength = in.u8();
    in.skip(1);
    String domain = in.domain(nameLength);
    if (count > MAX_REGIONS) {
      throw in.bad(count + " heartbeat regions", Wire.EINVAL);
    }
    List<String> regions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String field = new String(in.bytes(REGION_FIELD), StandardCharsets.ISO_8859_1);
      int end = field.indexOf(0);
      regions.add(end < 0 ? field : field.substring(0, end));
    }
    return new QueryRegion(node, domain, regions);
  }
}
